"""RDS in the local AWS: Aurora PostgreSQL, with its own state.

moto's RDS implements many engines but few of Aurora's rules, so this package uses only moto's request handling.
"""

from __future__ import annotations

from ..core import serve
from .responses import RdsResponse


def register() -> None:
    """Register this handler instead of moto's."""
    serve("rds", RdsResponse)

"""RDS of the local AWS: Aurora PostgreSQL, with state of its own.

moto's RDS knows many engines and few of Aurora's rules, so nothing of it is used here but its way to serve requests.
"""

from __future__ import annotations

from ..core import serve
from .responses import RdsResponse


def register() -> None:
    """Take over from moto's handler."""
    serve("rds", RdsResponse)

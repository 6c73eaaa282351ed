"""STS of the local AWS: callers, roles and sessions."""

from __future__ import annotations

import moto.sts.models

from ..clock import CLOCK
from ..core import serve


def register() -> None:
    """Replace moto's handler and its clock."""
    from .responses import LocalSts

    moto.sts.models.utcnow = lambda: CLOCK.datetime().replace(tzinfo=None)
    serve("sts", LocalSts)

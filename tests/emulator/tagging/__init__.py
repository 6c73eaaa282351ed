"""The Resource Groups Tagging API of the local AWS, over the tags that each service keeps."""

from __future__ import annotations

from ..core import serve
from .resources import UNTAGS, remember

__all__ = ["UNTAGS", "register", "remember"]


def register() -> None:
    """Replace moto's handler."""
    from .responses import LocalTagging

    serve("resourcegroupstaggingapi", LocalTagging)

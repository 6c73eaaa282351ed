"""Instances, which consist of their network interfaces here."""

from __future__ import annotations

from typing import Any

from ..clock import Timeline
from ..core import new_id

STATES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48}


class Instance:
    """An instance, which consists of its network interface. moto's interfaces read these fields."""

    security_groups: tuple[Any, ...] = ()

    def __init__(self, owner_id: str, image: str, kind: str) -> None:
        self.id, self.owner_id, self.image, self.kind = new_id("i"), owner_id, image, kind
        self.timeline = Timeline(("pending", 30), ("running", 0))

    def state(self) -> dict[str, Any]:
        """Return the state as EC2 shows it."""
        name = self.timeline.state
        return {"Code": STATES[name], "Name": name}


def drop_terminated(backend: Any) -> None:
    """Delete the interfaces of terminated instances."""
    for eni in [e for e in backend.enis.values() if isinstance(e.instance, Instance)]:
        if eni.instance.timeline.state == "terminated":
            del backend.enis[eni.id]

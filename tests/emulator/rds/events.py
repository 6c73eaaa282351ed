"""The events of RDS resources."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult

from ..clock import CLOCK
from . import checks
from .base import Calls
from .resources import Event

SOURCES = {"db": "db-instance", "cluster": "db-cluster", "pg": "db-parameter-group", "cluster-pg": "db-parameter-group",
           "cluster-snapshot": "db-cluster-snapshot"}  # fmt: skip
KEPT = 14 * 24 * 3600


class EventCalls(Calls):
    """List events."""

    def describe_events(self) -> ActionResult:
        """Return events, by default of the last hour."""
        p, now = self.params, CLOCK.now()
        if p.get("SourceIdentifier") and not p.get("SourceType"):
            raise checks.combination("SourceIdentifier needs SourceType.")
        if p.get("Duration") and p.get("StartTime"):
            raise checks.combination("Duration and StartTime cannot be given together.")
        end = p["EndTime"].timestamp() if "EndTime" in p else now
        start = p["StartTime"].timestamp() if "StartTime" in p else end - 60 * (p.get("Duration") or 60)
        start = max(start, now - KEPT)
        events = [_describe(e) for e in self.backend.events if e.timeline.settled and int(start) <= e.date <= end]
        wanted = {
            "SourceType": p.get("SourceType"),
            "SourceIdentifier": (p.get("SourceIdentifier") or "").lower() or None,
        }
        found = [
            e for e in events
            if all(value in (None, e[name]) for name, value in wanted.items())
            and (not p.get("EventCategories") or set(p["EventCategories"]) & set(e["EventCategories"]))
        ]  # fmt: skip
        return self.page("Events", sorted(found, key=lambda e: e["Date"]))


def _describe(event: Event) -> dict[str, Any]:
    _, kind, name = event.arn.rsplit(":", 2)
    reason = event.timeline.reason
    return {
        "SourceIdentifier": name,
        "SourceType": SOURCES[kind],
        "SourceArn": event.arn,
        "Message": reason or event.message,
        "EventCategories": ["failure" if reason else event.category],
        "Date": datetime.fromtimestamp(event.date, UTC),
    }

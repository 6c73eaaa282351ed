"""What is promised of STS."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "GetCallerIdentity": "",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("STS", OPERATIONS, RULES)

"""What is promised of CloudWatch."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("CloudWatch", OPERATIONS, RULES)

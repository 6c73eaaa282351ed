"""What is promised of Resource Groups Tagging."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "GetResources": "ResourceTypeFilters TagFilters",
    "TagResources": "ResourceARNList Tags",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("Resource Groups Tagging", OPERATIONS, RULES)

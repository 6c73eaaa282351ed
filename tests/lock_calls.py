"""The calls of the run lock, which belong to no resource of an environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import TABLE

WRITE = ("dynamodb", "PutItem")  # takes, renews and releases a lock; nothing else in a run writes items


def named(call: Mapping[str, Any]) -> str:
    """Return a call as ``service:Operation``."""
    return f"{call['service']}:{call['operation']}"


def locks(call: Mapping[str, Any]) -> bool:
    """Return whether a call is one of the two that the run lock makes to write, on its own table."""
    own = named(call) in ("dynamodb:CreateTable", ":".join(WRITE))
    return own and call["parameters"].get("TableName") == TABLE

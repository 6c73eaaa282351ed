"""The rules of STS."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "GetCallerIdentity": "",
}
RULES: tuple[Rule, ...] = (
    Rule("caller", "GetCallerIdentity returns the owner of the account for every caller, in each Region.", "K GetCallerIdentity"),
    Rule("roles", "AssumeRole and temporary keys; permissions are not checked here.", "K AssumeRole", missing=True),
)  # fmt: skip
SERVICE = Service("STS", OPERATIONS, RULES)

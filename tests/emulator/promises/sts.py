"""What is promised of STS."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "GetCallerIdentity": "",
}
RULES: tuple[Rule, ...] = (
    Rule("caller", "Whoever asks is the owner of the account, in each Region.", "K GetCallerIdentity"),
    Rule("roles", "Taking roles (AssumeRole) and temporary keys: nobody's rights are checked here.", "K AssumeRole", missing=True),
)  # fmt: skip
SERVICE = Service("STS", OPERATIONS, RULES)

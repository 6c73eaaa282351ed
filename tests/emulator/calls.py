"""The call log: who asked for what, in which region, and what came of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_READS = re.compile(
    r"^(Describe|Get|List|Query|Scan|Search|Preview|BatchGet|TransactGet|Simulate|Decrypt|Encrypt|Verify|Sign)"
)
_SECRET = re.compile("Password$|^Secret(String|Binary)$")
_CODE = re.compile(r"<Code>([^<]+)</Code>")


def is_mutating(operation: str, body: bytes) -> bool:
    """Whether a request changes anything; a dry run does not, nor does a preview of a CIDR."""
    text = body.decode("utf-8", "replace")
    return not (_READS.match(operation) or "DryRun=true" in text or "PreviewNextCidr=true" in text)


def error_code(status: int, body: bytes) -> str:
    """AWS's error code in an error answer."""
    if status < 400:
        return ""
    text = body.decode("utf-8", "replace")
    found = _CODE.search(text)
    if found:
        return found.group(1)
    try:
        return str(json.loads(text).get("__type", "")).rsplit("#", 1)[-1] or str(status)
    except (ValueError, AttributeError):
        return str(status)


def shown(value: Any, name: str = "") -> Any:
    """The parameters of a request as JSON, without passwords."""
    if isinstance(value, Mapping):
        return {key: shown(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [shown(one, name) for one in value]
    if _SECRET.search(name):
        return "***"
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


class CallLog:
    """All calls since the last reset, in memory and, where a path is given, as JSON lines in a file.

    One call is ``n``, the virtual ``time``, ``service``, ``operation``, ``region``, ``mutating``, ``status``,
    ``error``, AWS's code, ``parameters``, and ``takes``: how many virtual seconds what began with it takes, by the
    state in which it ends.
    """

    def __init__(self) -> None:
        self._calls: list[dict[str, Any]] = []
        self.path: Path | None = None

    def add(self, **call: Any) -> None:
        self._calls.append({"n": len(self._calls) + 1, **call})
        if self.path:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(self._calls[-1]) + "\n")

    def since(self, n: int = 0, mutating: bool | None = None) -> list[dict[str, Any]]:
        """The calls after the ``n``-th, all or only those that are (not) mutating."""
        return [call for call in self._calls[n:] if mutating is None or call["mutating"] is mutating]

    def clear(self) -> None:
        self._calls.clear()


CALLS = CallLog()

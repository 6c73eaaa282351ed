"""The call log: the operation, region, parameters and result of each request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_READS = re.compile(
    r"^(Describe|Get|List|Query|Scan|Search|Preview|BatchGet|TransactGet|Simulate|Assume|Decrypt|Encrypt|Verify|Sign)"
)
_SECRET = re.compile("Password$|^Secret(String|Binary)$|^Plaintext$|^WebIdentityToken$|^TokenCode$|^AuthenticationCode")
_CODE = re.compile(r"<Code>([^<]+)</Code>")


def is_mutating(operation: str, body: bytes) -> bool:
    """Return whether a request changes anything. Dry runs and previews of a CIDR do not."""
    text = body.decode("utf-8", "replace")
    return not (_READS.match(operation) or "DryRun=true" in text or "PreviewNextCidr=true" in text)


def error_code(status: int, body: bytes) -> str:
    """Return AWS's error code in an error answer, or nothing for a success."""
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
    """Return the parameters of a request as JSON, without passwords."""
    if isinstance(value, Mapping):
        return {key: shown(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item, name) for item in value]
    if _SECRET.search(name):
        return "***"
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


class CallLog:
    """All calls since the last reset, in memory and, if a path is given, as JSON lines in a file.

    A call has ``n``, the virtual ``time``, ``service``, ``operation``, ``region``, ``mutating``, ``status``, ``error``
    (AWS's code), ``parameters``, ``tier`` and ``takes``: the virtual seconds of each timeline that it began, by final
    state.
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
        """Return the calls after the ``n``-th: all, only mutating or only reading ones."""
        return [call for call in self._calls[n:] if mutating is None or call["mutating"] is mutating]

    def clear(self) -> None:
        self._calls.clear()


CALLS = CallLog()

"""The call log: who asked for what, in which region, and what came of it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_READS = re.compile(
    r"^(Describe|Get|List|Query|Scan|Search|Preview|BatchGet|TransactGet|Simulate|Decrypt|Encrypt|Verify|Sign)"
)
_SECRET = re.compile("Password$|^Secret(String|Binary)$")
_CODE = re.compile(r"<Code>([^<]+)</Code>")


@dataclass(frozen=True)
class Call:
    """One request. ``error`` is AWS's code, empty where it succeeded; ``time`` is the virtual moment."""

    n: int
    time: float
    service: str
    operation: str
    region: str
    mutating: bool
    status: int
    error: str
    parameters: Any


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
    """All calls since the last reset, in memory and, where a path is given, as JSON lines in a file."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()
        self.path: Path | None = None

    def add(self, **fields: Any) -> None:
        with self._lock:
            call = Call(n=len(self._calls) + 1, **fields)
            self._calls.append(call)
            if self.path:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(call)) + "\n")

    def since(self, n: int = 0, mutating: bool | None = None) -> list[dict[str, Any]]:
        """The calls after the ``n``-th, all or only those that are (not) mutating."""
        with self._lock:
            return [asdict(c) for c in self._calls[n:] if mutating is None or c.mutating is mutating]

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()


CALLS = CallLog()

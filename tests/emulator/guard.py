"""Keep web pages away from the server, and everybody without the token from its own interface."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OWN = "/_local/"  # the paths of the server's own interface
_OPEN = ("GET", "/_local/health")  # needs no token
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
Answer = tuple[int, dict[str, str], bytes]


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")


def foreign(environ: Mapping[str, Any]) -> str:
    """Return why a request comes from a web page of another origin; nothing if it does not.

    A page can send requests to loopback, and a name of its own can point to loopback (DNS rebinding).
    """
    port = str(environ.get("SERVER_PORT", ""))
    host = _with_port(environ.get("HTTP_HOST", ""))
    aws = not environ.get("PATH_INFO", "").startswith(OWN)
    if not _is_own(host, port, names_below_localhost=aws):
        return f"The Host of the request is '{host}', but the local AWS is 127.0.0.1:{port}."
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and not _is_own(_with_port(origin.removeprefix("http://")), port):
        return f"The request comes from a web page of {origin}, which may not use the local AWS."
    if environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
        return "The request comes from a web page of another site, which may not use the local AWS."
    return ""


def _with_port(host: str) -> str:
    return host if host.rpartition(":")[2].isdigit() else f"{host}:80"


def _is_own(host: str, port: str, names_below_localhost: bool = False) -> bool:
    name, _, given = host.lower().rpartition(":")
    return given == port and (name in _LOOPBACK or (names_below_localhost and name.endswith(".localhost")))


class Guard:
    """The token of the server's own interface, and the place where its users find the token."""

    def __init__(self, token_file: Path | None = None) -> None:
        self.token = secrets.token_urlsafe(32)
        self._place = str(token_file) if token_file else "Server.token in the process that runs the server"
        self._file = token_file
        if token_file:
            write_private(token_file, self.token)

    def withdraw(self) -> None:
        """Delete the file of the token, unless another server has replaced it by its own."""
        if self._file and self._file.is_file() and self._file.read_text(encoding="utf-8").strip() == self.token:
            self._file.unlink()

    def refusal(self, environ: Mapping[str, Any]) -> Answer | None:
        """Return the refusal of a request to the server's own interface; None if it has the token or needs none."""
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == _OPEN:
            return None
        given = environ.get("HTTP_AUTHORIZATION", "").encode()
        if hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            return None
        return forbidden(f"Send the header 'Authorization: Bearer TOKEN'. The token is in: {self._place}")


def forbidden(text: str) -> Answer:
    """Return the answer to a request that is not allowed."""
    return 403, {"Content-Type": "application/json"}, json.dumps({"error": text}).encode() + b"\n"

"""The stand-in as a server on the loopback interface, in a thread of the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .rules import Refused
from .store import API, NotFound, Store

TOKEN = "awx-token-0f1e2d3c4b5a"


class Awx:
    """A running stand-in: its address, its objects, and the requests that it has received."""

    def __init__(self, project: Path) -> None:
        self.store = Store(project)
        self.lock = threading.Lock()
        self.requests: list[tuple[str, str, Any]] = []  # method, path, body
        self.url = ""

    def writes(self) -> list[tuple[str, str, Any]]:
        """Return the requests that were meant to change something."""
        return [request for request in self.requests if request[0] != "GET"]

    def answer(self, method: str, path: str, query: str, body: Any) -> tuple[int, Any]:
        """Return the status and the body of the answer to a request."""
        parts = path.removeprefix(API).strip("/").split("/")
        try:
            return self._answer(method, parts, query, body)
        except Refused as refused:
            return 400, refused.errors
        except (NotFound, ValueError):
            return 404, {"detail": "Not found."}

    def _answer(self, method: str, parts: list[str], query: str, body: Any) -> tuple[int, Any]:
        store = self.store
        if len(parts) == 1:
            if method == "POST":
                return 201, store.create(parts[0], body)
            return (200, store.list(parts[0], query)) if method == "GET" else (405, {})
        number = int(parts[1])
        if len(parts) == 2:
            if method == "PATCH":
                return 200, store.change(parts[0], number, body)
            if method == "DELETE":
                store.delete(parts[0], number)
                return 204, None
            return (200, store.read(parts)) if method == "GET" else (405, {})
        return self._related(method, parts[0], number, parts[2], query, body)

    def _related(self, method: str, kind: str, number: int, name: str, query: str, body: Any) -> tuple[int, Any]:
        store = self.store
        if name == "survey_spec":
            given = {"GET": None, "POST": body, "DELETE": {}}[method]
            return 200, store.survey_spec(kind, number, given)
        if name == "create_approval_template" and method == "POST":
            return 201, store.approval(number, body)
        if method == "POST":
            store.attach(kind, number, name, body)
            return 204, None
        return (200, store.members(kind, number, name, query)) if method == "GET" else (405, {})


@contextmanager
def running(project: Path) -> Iterator[Awx]:
    """Run a stand-in whose projects all have the files of ``project``."""
    awx = Awx(project)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            url = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or "null")
            with awx.lock:
                awx.requests.append((self.command, self.path, body))
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    status, found = 401, {"detail": "Authentication credentials were not provided."}
                else:
                    status, found = awx.answer(self.command, url.path, url.query, body)
            content = b"" if found is None else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _do  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Write no log: the requests are kept."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    awx.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield awx
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

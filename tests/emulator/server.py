"""The server, as a thread for tests and as a process for people."""

from __future__ import annotations

import json
import signal
import sys
import threading
import urllib.request
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from .account import account
from .app import LocalAws
from .calls import CALLS
from .clock import CLOCK
from .guard import Guard
from .saved import SAVED
from .state import load


class _Quiet(MotoRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open, as AWS does

    def log(self, type: str, message: str, *args: Any) -> None:
        """Print nothing, because the call log records every request."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time of the local AWS for the header Date, which clients take for AWS's time."""
        return formatdate(CLOCK.now() if timestamp is None else timestamp, usegmt=True)


def bind(guard: Guard, port: int = 0) -> BaseWSGIServer:
    """Return a server that listens on ``port`` of loopback; 0 takes a free port."""
    return make_server("127.0.0.1", port, LocalAws(guard), threaded=True, request_handler=_Quiet)


class Server:
    """A local AWS on a thread of this process. ``with Server() as aws: boto3.client("ec2", endpoint_url=aws.url)``.

    ``Control(aws.url, aws.token)`` controls it.
    """

    def __init__(self, scale: float = 0.0) -> None:
        CLOCK.set_scale(scale)
        guard = Guard()
        self.token = guard.token
        self._server = bind(guard)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        SAVED.close()


class Control:
    """A client of the emulator's own interface: ``Control(url, token).calls(mutating=True)``."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, verb: str, name: str, /, **query: object) -> Any:
        address = f"{self.url}/_local/{name}?{urlencode(query, doseq=True)}"
        request = urllib.request.Request(address, method=verb, headers=self._headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def calls(self, since: int = 0, mutating: bool | None = None) -> list[dict[str, Any]]:
        """Return the calls after the ``since``-th: all, only mutating or only reading ones."""
        return list(
            self.ask("GET", "calls", since=since, **({} if mutating is None else {"mutating": str(mutating).lower()}))
        )

    def reset(self) -> None:
        self.ask("POST", "reset")

    def save(self, name: str) -> None:
        """Save the whole state under a name, until the server ends."""
        self.ask("POST", "save", name=name)

    def load(self, name: str) -> None:
        self.ask("POST", "load", name=name)

    def scale(self, scale: float) -> None:
        self.ask("POST", "clock", scale=scale)

    def lag(self, reads: int) -> None:
        """Let the first ``reads`` reads after a write see the state before it."""
        self.ask("POST", "lag", reads=reads)

    def enable_region(self, name: str, enabled: bool = True) -> None:
        """Enable or disable a Region that needs an opt-in."""
        self.ask("POST", "region", name=name, enabled=str(enabled).lower())

    def quota(self, name: str, value: int) -> None:
        """Change a quota of the account, such as ``vpc-max-elastic-ips``."""
        self.ask("POST", "quota", name=name, value=value)

    def unverified(self, on: bool) -> None:
        """Pass on to moto what the local AWS does not promise, or refuse it."""
        self.ask("POST", "tier", unverified=str(on).lower())

    def enforce_iam(self, enforce: bool = True) -> None:
        """Evaluate IAM's policies from now on, or stop it."""
        self.ask("POST", "iam", enforce=str(enforce).lower())

    def oidc(self, issuer: str, jwks: str) -> None:
        """Tell the public keys of an identity provider, which AWS itself asks it for, as a JSON Web Key Set."""
        self.ask("POST", "oidc", issuer=issuer, jwks=jwks)

    def partition(self, name: str) -> None:
        """Replace the account by a new one in the partition ``aws``, ``aws-cn`` or ``aws-us-gov``."""
        self.ask("POST", "partition", name=name)

    def traffic(self, region: str, table: str, **units: object) -> None:
        """Let a table, or its ``index``, consume ``read`` and ``write`` units a second from now on."""
        self.ask("POST", "traffic", region=region, table=table, **units)

    def fault(self, call: str, effect: str, **fields: object) -> None:
        """Inject a fault into the next calls of ``service:Operation``; see ``emulator.faults``."""
        service, operation = call.split(":")
        self.ask("POST", "faults", service=service, operation=operation, effect=effect, **fields)

    def advance(self, seconds: float) -> None:
        self.ask("POST", "clock", advance=seconds)


def run(
    port: int,
    scale: float,
    url_file: Path | None,
    call_log: Path | None,
    state_dir: Path | None,
    state: str | None,
    enforce_iam: bool = False,
) -> None:
    """Print the URL once the server listens, and serve until the process ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    CLOCK.set_scale(scale)
    CALLS.path = call_log
    SAVED.use(state_dir or (_beside(url_file, "state") if url_file else None))
    token_file = _beside(url_file, "token") if url_file else SAVED.directory / ".token"
    guard = Guard(token_file)
    try:
        server = bind(guard, port)
        if state:
            load(state)
        account().enforces_iam |= enforce_iam
        url = f"http://127.0.0.1:{server.server_port}"
        if url_file:
            url_file.write_text(url + "\n", encoding="utf-8")
        print(url, flush=True)
        if not url_file:
            print(f"The token of the control interface is in {token_file}", flush=True)
        server.serve_forever()
    finally:
        guard.withdraw()
        SAVED.close()


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(f"{file.name}.{ending}")

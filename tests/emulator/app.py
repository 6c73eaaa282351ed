"""The WSGI application: moto's dispatcher behind one lock, a call log, and clear answers for what is missing."""

from __future__ import annotations

import io
import json
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import botocore.session
from botocore.model import OperationModel, ServiceModel
from moto.core.serialize import get_serializer_class
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from . import services, state
from .calls import CALLS, error_code, identify, is_mutating
from .clock import CLOCK
from .core import AwsError

StartResponse = Callable[..., Any]
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}


@cache
def _service_model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def error_answer(service: str, operation: str, code: str, message: str) -> tuple[int, dict[str, str], bytes]:
    """An error in the service's own protocol, as botocore expects to parse it."""
    model = _service_model(service)
    protocol = next((p for p in model.protocols if p != "smithy-rpc-v2-cbor"), model.protocol)
    try:
        operation_model = model.operation_model(operation)
    except Exception:  # an operation that this botocore does not know either
        operation_model = OperationModel({"name": operation}, model)
    serializer = get_serializer_class(model.service_name, protocol)(operation_model=operation_model)
    answer = serializer.serialize(AwsError(code, message))
    body = answer["body"]
    return answer["status_code"], dict(answer["headers"]), body.encode() if isinstance(body, str) else body


class LocalAws:
    """One account of AWS. Requests run one after another: moto's backends know no locks."""

    def __init__(self) -> None:
        services.register()
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.RLock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        with self._lock:
            if environ.get("PATH_INFO", "").startswith("/_local/"):
                status, headers, answer = control(environ, body)
            else:
                status, headers, answer = self._aws(environ, body)
        start_response(f"{status} {_REASONS.get(status, 'Status')}", list(headers.items()))
        return [answer]

    def _aws(self, environ: dict[str, Any], body: bytes) -> tuple[int, dict[str, str], bytes]:
        service, operation, region = identify(environ, body)
        if not service:
            return 400, {"Content-Type": "text/plain"}, b"This is a local AWS: send it signed requests of an AWS SDK.\n"
        try:
            status, headers, answer = self._ask_moto(environ)
        except NotImplementedError:
            code = "InvalidAction" if "HTTP_X_AMZ_TARGET" not in environ else "UnknownOperationException"
            status, headers, answer = error_answer(
                service, operation, code, f"The local AWS does not implement {service}:{operation}."
            )
        except Exception as error:  # a fault of the emulator: say so, and never let a client hang on HTML
            traceback.print_exc(file=sys.stderr)
            status, headers, answer = error_answer(
                service, operation, "LocalAwsFault", f"The local AWS failed in {service}:{operation}: {error!r}"
            )
        CALLS.add(
            time=CLOCK.now(),
            service=service,
            operation=operation,
            region=region,
            mutating=is_mutating(operation, body),
            status=status,
            error=error_code(status, answer),
        )
        return status, headers, answer

    def _ask_moto(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        seen: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            seen.update(status=int(status.split()[0]), headers=dict(headers))

        chunks = self._moto(environ, start)
        try:
            answer = b"".join(chunks)
        finally:
            getattr(chunks, "close", lambda: None)()
        if seen["status"] == 404 and answer.startswith(b"<!doctype html>"):
            raise NotImplementedError
        return seen["status"], seen["headers"], answer


def _calls(query: dict[str, str]) -> Any:
    wanted = {"true": True, "false": False}.get(query.get("mutating", ""))
    return CALLS.since(int(query.get("since", 0)), wanted)


CONTROLS: dict[tuple[str, str], Callable[[dict[str, str]], Any]] = {
    ("GET", "health"): lambda q: {"status": "ok", "scale": CLOCK.scale, "now": CLOCK.now()},
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): lambda q: CALLS.clear(),
    ("POST", "reset"): lambda q: state.reset(),
    ("POST", "save"): lambda q: state.save(Path(q["path"])),
    ("POST", "load"): lambda q: state.load(Path(q["path"])),
    ("POST", "clock"): lambda q: _clock(q),
}


def _clock(query: dict[str, str]) -> dict[str, float]:
    if "scale" in query:
        CLOCK.set_scale(float(query["scale"]))
    CLOCK.advance(float(query.get("advance", 0)))
    return {"scale": CLOCK.scale, "now": CLOCK.now()}


def control(environ: dict[str, Any], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """The emulator's own interface below ``/_local/``: JSON answers, arguments in the query string."""
    verb, name = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix("/_local/").strip("/")
    query = {k: v[0] for k, v in parse_qs(environ.get("QUERY_STRING", "")).items()}
    handler = CONTROLS.get((verb, name))
    headers = {"Content-Type": "application/json"}
    if handler is None:
        known = ", ".join(f"{v} /_local/{n}" for v, n in CONTROLS)
        return 404, headers, json.dumps({"error": f"no {verb} /_local/{name}; there are: {known}"}).encode()
    try:
        return 200, headers, json.dumps(handler(query)).encode() + b"\n"
    except (KeyError, ValueError, OSError) as error:
        return 400, headers, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode()

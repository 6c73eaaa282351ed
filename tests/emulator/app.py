"""The WSGI application: moto's dispatcher behind one lock, with checks before and a log entry after each request."""

from __future__ import annotations

import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, ServiceModel
from moto.core.serialize import get_serializer_class
from moto.moto_server.werkzeug_app import create_backend_app

from . import services
from .account import NotAuthenticated, account, require_quotas, require_region
from .admission import Admitted, Missing, admit
from .calls import CALLS, error_code, is_mutating, shown
from .clock import CLOCK, rule_moto
from .control import control
from .core import AwsError
from .faults import FAULTS, REFUSED, Fault
from .guard import OWN, Answer, Guard, forbidden, foreign
from .lag import AT_ONCE, JUDGE, LAG
from .promises import is_promised
from .promises import services as promised
from .requests import identify, is_readable, protocol_of, read_body, service_model

StartResponse = Callable[..., Any]


def error_answer(service: str, operation: str, code: str, message: str, protocol: str) -> Answer:
    """Return an error in a protocol of the service, which botocore can parse."""
    try:
        model = service_model(service)
    except UnknownServiceError:
        model = ServiceModel({"metadata": {"protocol": protocol, "apiVersion": ""}, "operations": {}}, service)
    try:
        operation_model = model.operation_model(operation)
    except Exception:  # this botocore does not know the operation either
        operation_model = OperationModel({"name": operation}, model)
    serializer = get_serializer_class(service, protocol)(operation_model=operation_model)
    answer = serializer.serialize(AwsError(code, message))
    body = answer["body"]
    return answer["status_code"], dict(answer["headers"]), body.encode() if isinstance(body, str) else body


def _faulty(fault: Fault, service: str, operation: str, protocol: str) -> Answer:
    """Return the answer to a request that has a fault."""
    status, headers, answer = error_answer(service, operation, fault.code, fault.message, protocol)
    return fault.status or status, headers, answer


def _unsigned(operation: str) -> Answer:
    """Return the answer to an unsigned request, which an SDK or a browser may send."""
    text = "This is a local AWS: send it signed requests of an AWS SDK."
    if operation:
        return error_answer("sts", operation, "MissingAuthenticationToken", text, "query")
    return 400, {"Content-Type": "text/plain"}, f"{text}\n".encode()


def _defect(service: str, operation: str, tier: str, error: Exception, readable: bool) -> tuple[str, str]:
    """Return code and text for an exception. If the request is not readable, the client is to blame."""
    if not readable:
        return "SerializationException", "The body of the request cannot be read."
    traceback.print_exception(error, file=sys.stderr)
    return (
        "LocalAwsFault",
        f"{'moto' if tier == 'unverified' else 'The local AWS'} failed in {service}:{operation}: {error!r}",
    )


def _foreign(environ: dict[str, Any], body: bytes, text: str) -> Answer:
    """Return the refusal of a request of a web page, in the protocol of an SDK that was given another name."""
    service, operation, _ = identify(environ, body)
    if service not in promised() or environ.get("PATH_INFO", "").startswith(OWN):
        return forbidden(text)
    return 403, *error_answer(service, operation, "AccessDeniedException", text, protocol_of(service, environ))[1:]


class LocalAws:
    """One account of AWS. Requests run one after another: moto's backends have no locks."""

    def __init__(self, guard: Guard) -> None:
        self._apps: dict[str, Any] = {}
        self._guard = guard
        self._lock = threading.RLock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            body = read_body(environ)
        except ValueError as error:
            start_response("400 Bad Request", [("Content-Type", "text/plain"), ("Connection", "close")])
            return [f"{error}\n".encode()]
        fault = None
        with self._lock:
            services.tick()
            if text := foreign(environ):
                status, headers, answer = _foreign(environ, body, text)
            elif environ.get("PATH_INFO", "").startswith(OWN):
                status, headers, answer = self._guard.refusal(environ) or control(environ)
            else:
                (status, headers, answer), fault = self._aws(environ, body)
        if fault and fault.effect == "late":
            time.sleep(fault.seconds)
        if fault and fault.effect in ("lost", "silent") and "werkzeug.socket" in environ:
            if fault.effect == "silent":
                environ["werkzeug.socket"].recv(1)  # returns when the client has closed the connection
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        start_response(f"{status} {HTTPStatus(status).phrase}", list(headers.items()))
        return [answer]

    def _aws(self, environ: dict[str, Any], body: bytes) -> tuple[Answer, Fault | None]:
        service, operation, region = identify(environ, body)
        if not service:
            return _unsigned(operation), None
        admitted, protocol = Admitted(), protocol_of(service, environ)
        tier = "promised" if is_promised(service, operation) else "refused"
        fault, mutating = FAULTS.take(service, operation, region, environ, body), is_mutating(operation, body)
        CLOCK.begun = []
        try:
            if fault and fault.effect in REFUSED:
                status, headers, answer = _faulty(fault, service, operation, protocol)
            else:
                require_region(service, region)
                admitted = admit(service, operation, region, environ, body)
                tier = admitted.tier
                if account().enforces_iam:
                    services.enforce_iam(environ, service, operation, region, admitted.parameters)
                services.before(operation, region)
                require_quotas(service, operation, region, admitted.parameters)
                CLOCK.next_failure = (fault.state, fault.message) if fault and fault.effect == "fail" else None
                status, headers, answer = self._answer(service, operation, region, mutating, environ)
                if mutating and not fault and status < 400 and JUDGE not in environ.get("HTTP_USER_AGENT", ""):
                    fault = FAULTS.take_from_every(service, operation, region, admitted.parameters)
                if fault and fault.effect == "broken" and status < 400:
                    status, headers, answer = _faulty(fault, service, operation, protocol)
        except NotImplementedError as error:
            missing = error if isinstance(error, Missing) else Missing(f"{service}:{operation}")
            tier = missing.tier
            status, headers, answer = error_answer(service, operation, missing.code(protocol), str(missing), protocol)
        except AwsError as refusal:
            status, headers, answer = error_answer(service, operation, refusal.code, refusal.message, protocol)
            status = refusal.status if isinstance(refusal, NotAuthenticated) else status
        except Exception as error:  # a defect of the emulator; an SDK could not parse an HTML page
            code, text = _defect(service, operation, tier, error, readable=is_readable(environ, body))
            status, headers, answer = error_answer(service, operation, code, text, protocol)
        finally:
            CLOCK.next_failure, CLOCK.at_once = None, False
        CALLS.add(
            time=CLOCK.now(),
            service=service,
            operation=operation,
            region=region,
            mutating=mutating,
            status=status,
            error=error_code(status, answer),
            parameters=shown(admitted.parameters),
            tier=tier,
            takes=CLOCK.durations(),
        )
        return (status, headers, answer), fault

    def _answer(self, service: str, operation: str, region: str, mutating: bool, environ: dict[str, Any]) -> Answer:
        agent = environ.get("HTTP_USER_AGENT", "")
        if JUDGE in agent:
            if mutating:
                LAG.settle()
            CLOCK.at_once = f"{AT_ONCE}-{CLOCK.scale:g}" in agent
            return self._ask_moto(service, environ)
        if mutating:
            LAG.writes(service, region)
        with LAG.view(service, region, operation):
            return self._ask_moto(service, environ)

    def _ask_moto(self, service: str, environ: dict[str, Any]) -> Answer:
        response: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            response.update(status=int(status.split()[0]), headers=dict(headers))

        if service not in self._apps:  # loading one of moto's services takes seconds
            self._apps[service] = create_backend_app(services.load(service))
            rule_moto()
        chunks = self._apps[service](environ, start)
        try:
            answer = b"".join(chunks)
        finally:
            getattr(chunks, "close", lambda: None)()
        if response["status"] == 404 and answer.startswith(b"<!doctype html>"):
            raise NotImplementedError
        return response["status"], response["headers"], answer

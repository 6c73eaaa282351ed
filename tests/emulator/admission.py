"""What is asked of every request before a service sees it. Whoever may not come in is turned away here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from moto.core.model import ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.utils import get_service_model
from werkzeug.datastructures import MultiDict

from .promises import services
from .requests import parameters
from .validation import validate


class Missing(NotImplementedError):
    """The local AWS does not implement what is asked for; ``what`` says what that is."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The local AWS does not implement {what}. docs/developing/local-aws.md lists what it does.")

    def code(self, environ: Mapping[str, Any]) -> str:
        """How AWS answers a request for an operation that it does not know."""
        return "UnknownOperationException" if "HTTP_X_AMZ_TARGET" in environ else "InvalidAction"


def admit(service: str, operation: str, environ: dict[str, Any], body: bytes) -> Mapping[str, Any]:
    """Refuse what is not promised and what the service's model does not allow. Returns the parameters.

    Raises Missing or AwsError. Whether the caller may do it would be decided here, after that: nothing is decided yet.
    """
    promised = services().get(service)
    taken = promised.parameters(operation) if promised else None
    if taken is None:
        raise Missing(f"{service}:{operation}")
    beyond = sorted(parameters(service, operation, environ, body) - taken)
    if beyond:
        raise Missing(f"{', '.join(beyond)} of {service}:{operation}")
    model = get_service_model(service).operation_model(operation)
    if model.input_shape is None:
        return {}
    given = _parsed(get_service_model(service), model, environ, body)
    validate(service, model.input_shape, given)
    return given


def _parsed(service: ServiceModel, model: Any, environ: dict[str, Any], body: bytes) -> Mapping[str, Any]:
    if "HTTP_X_AMZ_TARGET" in environ:
        found: dict[str, Any] = json.loads(body or b"{}")
        return found
    text = body.decode() if body else str(environ.get("QUERY_STRING", ""))
    request = {"values": MultiDict(parse_qsl(text, keep_blank_values=True)), "headers": {}, "body": body}
    parsed: Mapping[str, Any] = PROTOCOL_PARSERS[service.protocol](model).parse(request)
    return parsed

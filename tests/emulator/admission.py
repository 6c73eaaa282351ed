"""The checks that every request passes before a service sees it."""

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
    """The refusal of an operation, parameter or feature that the local AWS does not implement."""

    def __init__(self, feature: str) -> None:
        super().__init__(
            f"The local AWS does not implement {feature}. docs/developing/local-aws.md lists what it does."
        )

    def code(self, environ: Mapping[str, Any]) -> str:
        """Return the error code with which AWS refuses an unknown operation."""
        return "UnknownOperationException" if "HTTP_X_AMZ_TARGET" in environ else "InvalidAction"


def admit(service: str, operation: str, environ: dict[str, Any], body: bytes) -> Mapping[str, Any]:
    """Check a request against the promises and the service's model, and return its parameters.

    Raises Missing or AwsError. Permissions are not checked here.
    """
    promises = services().get(service)
    promised = promises.parameters(operation) if promises else None
    if promised is None:
        raise Missing(f"{service}:{operation}")
    unsupported = sorted(parameters(service, operation, environ, body) - promised)
    if unsupported:
        raise Missing(f"{', '.join(unsupported)} of {service}:{operation}")
    model = get_service_model(service).operation_model(operation)
    if model.input_shape is None:
        return {}
    given = _parsed(get_service_model(service), model, environ, body)
    validate(service, model.input_shape, given)
    return given


def _parsed(service: ServiceModel, model: Any, environ: dict[str, Any], body: bytes) -> Mapping[str, Any]:
    if "HTTP_X_AMZ_TARGET" in environ:
        content: dict[str, Any] = json.loads(body or b"{}")
        return content
    text = body.decode() if body else str(environ.get("QUERY_STRING", ""))
    request = {"values": MultiDict(parse_qsl(text, keep_blank_values=True)), "headers": {}, "body": body}
    parsed: Mapping[str, Any] = PROTOCOL_PARSERS[service.protocol](model).parse(request)
    return parsed

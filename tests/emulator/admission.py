"""The checks that every request passes before a service sees it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.utils import get_service_model
from werkzeug.datastructures import MultiDict

from .promises import services
from .promises.defaults import at_default
from .requests import parameters, protocol_of, wire_names
from .switches import UNVERIFIED
from .validation import validate


class Missing(NotImplementedError):
    """The refusal of an operation, parameter or feature that the local AWS does not implement."""

    def __init__(self, feature: str, tier: str = "refused", remedy: str = "") -> None:
        super().__init__(
            f"The local AWS does not implement {feature}. {remedy}docs/developing/local-aws.md lists what it does."
        )
        self.tier = tier

    def code(self, protocol: str) -> str:
        """Return the error code with which AWS refuses an unknown operation."""
        return "UnknownOperationException" if protocol in ("json", "rest-json") else "InvalidAction"


@dataclass(frozen=True)
class Admitted:
    """A request that may reach its service, with its parameters as far as they are known."""

    tier: str = "unverified"
    parameters: Mapping[str, Any] = field(default_factory=dict)


def admit(service: str, operation: str, region: str, environ: dict[str, Any], body: bytes) -> Admitted:
    """Check a request against the promises and the service's model, and drop parameters at AWS's defaults from it.

    Raises Missing or AwsError. Permissions are not checked here.
    """
    promises = services().get(service)
    promised = promises.parameters(operation) if promises else None
    if promised is None:
        return _unpromised(service, operation, environ, body)
    model: OperationModel = get_service_model(service).operation_model(operation)
    tier, given = "promised", None
    extra = parameters(service, operation, environ, body) - promised
    if extra:
        given = parsed(service, model, environ, body)
        defaults = at_default(service, model, given, extra, region)
        tier = _extended(service, operation, extra - defaults)
        given = {name: value for name, value in given.items() if name not in defaults}
        _drop(service, operation, defaults, environ, body)
    if model.input_shape is None:
        return Admitted(tier)
    if given is None:
        given = parsed(service, model, environ, body)
    validate(service, model.input_shape, given)
    return Admitted(tier, given)


def _extended(service: str, operation: str, extra: set[str]) -> str:
    """Return the tier of a promised operation with parameters that its row does not name, if it may have them."""
    if not extra:
        return "promised"
    feature = f"{', '.join(sorted(extra))} of {service}:{operation}"
    from . import tiers

    if not tiers.is_motos_own(service, operation):
        raise Missing(feature)
    _require_switch(feature)
    return "unverified"


def _unpromised(service: str, operation: str, environ: dict[str, Any], body: bytes) -> Admitted:
    """Admit an operation that moto serves alone, if the unverified tier is on."""
    from . import tiers

    feature = f"{service}:{operation}"
    if tiers.of(service, operation) == "refused":
        reason = tiers.DANGEROUS.get(feature) or tiers.DANGEROUS.get(service)
        raise Missing(feature, remedy=f"moto has it, but {reason}. " if reason else "")
    _require_switch(feature)
    model = get_service_model(service)
    if operation not in model.operation_names or model.operation_model(operation).input_shape is None:
        return Admitted()
    return Admitted(parameters=parsed(service, model.operation_model(operation), environ, body))


def _require_switch(feature: str) -> None:
    if not UNVERIFIED.on:
        how = "It is in the tier unverified: POST /_local/tier?unverified=true or --unverified passes it on to moto. "
        raise Missing(feature, "unverified", how)


def parsed(service: str, model: OperationModel, environ: dict[str, Any], body: bytes) -> Mapping[str, Any]:
    """Return the parameters of a request by the names of the API; those of a JSON request as they were sent."""
    if "HTTP_X_AMZ_TARGET" in environ:
        content: dict[str, Any] = json.loads(body or b"{}")
        return content
    protocol = protocol_of(service, environ)
    if protocol.startswith("rest"):
        return {}  # this package extends no REST service: the parameters are for the call log alone
    text = body.decode() if body else str(environ.get("QUERY_STRING", ""))
    request = {"values": MultiDict(parse_qsl(text, keep_blank_values=True)), "headers": {}, "body": body}
    found: Mapping[str, Any] = PROTOCOL_PARSERS[protocol](model).parse(request)
    return found


def _drop(service: str, operation: str, dropped: set[str], environ: dict[str, Any], body: bytes) -> None:
    """Take parameters out of a request."""
    if not dropped:
        return
    if "HTTP_X_AMZ_TARGET" in environ:
        left = json.dumps({name: value for name, value in json.loads(body).items() if name not in dropped})
    else:
        names = wire_names(service, operation)
        pairs = parse_qsl(body.decode() or str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
        left = urlencode([pair for pair in pairs if names.get(pair[0].split(".", 1)[0]) not in dropped])
    if body:
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(left.encode()), str(len(left.encode()))
    else:
        environ["QUERY_STRING"] = left

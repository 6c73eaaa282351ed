"""The service, operation, region and parameters of a request, read before any service sees it."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import ServiceModel

from .promises import services

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
_SIGNING_NAMES = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}
_UNSIGNED = {"AssumeRoleWithWebIdentity"}  # the token takes the place of a signature
_ENVELOPE = {"Action", "Version"}


@cache
def service_model(service: str) -> ServiceModel:
    """Return botocore's model of a service."""
    return session().get_service_model(service)


def session() -> botocore.session.Session:
    """Return a session of botocore, which reads its data."""
    return botocore.session.get_session()


def identify(environ: dict[str, Any], body: bytes) -> tuple[str, str, str]:
    """Return the service (boto3's name), operation and region; service and region are empty without a signature."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    region, service = scope.groups() if scope else ("", "")
    target, path = environ.get("HTTP_X_AMZ_TARGET", ""), environ.get("PATH_INFO", "")
    if target:
        operation = target.rsplit(".", 1)[-1]
    elif path.startswith("/service/") and "/operation/" in path:
        operation = path.rsplit("/", 1)[-1]
    else:
        operation = _form(environ, body).get("Action", "")
    if service == "dynamodb" and target.startswith("DynamoDBStreams"):
        service = "dynamodbstreams"
    service = _SIGNING_NAMES.get(service, service)
    if not service and operation in _UNSIGNED:
        service, region = "sts", "us-east-1"
    if service and service not in services():
        service, operation = _of_others(service, operation, environ, body)
    return service, operation, region


def _of_others(signed: str, operation: str, environ: dict[str, Any], body: bytes) -> tuple[str, str]:
    from . import catalogue  # here, because it loads the models of many services

    service = catalogue.service_of(environ, body, signed)
    if not operation and catalogue.is_known(service):
        service, operation = catalogue.operation_of_any(service, signed, environ, body)
    return service, operation or f"{environ.get('REQUEST_METHOD', '')} {environ.get('PATH_INFO', '')}"


def protocol_of(service: str, environ: Mapping[str, Any]) -> str:
    """Return the protocol that a request speaks: its service's, or by its form that of an older SDK."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return "json"
    spoken = protocols(service)
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", "") or "Action=" in environ.get("QUERY_STRING", ""):
        return "ec2" if "ec2" in spoken else "query"
    return spoken[0]


@cache
def protocols(service: str) -> tuple[str, ...]:
    """Return the protocols of a service that moto can write."""
    try:
        model = service_model(service)
    except UnknownServiceError:
        return ("rest-json",)
    spoken = (*model.metadata.get("protocols", ()), model.protocol)  # models of some services name only one
    return tuple(name for name in spoken if name != "smithy-rpc-v2-cbor")


def is_readable(environ: Mapping[str, Any], body: bytes) -> bool:
    """Return whether the body of a request has its protocol's form: a JSON object, or a form in UTF-8."""
    try:
        if "HTTP_X_AMZ_TARGET" in environ:
            return isinstance(json.loads(body or b"{}"), dict)
        return "x-www-form-urlencoded" not in environ.get("CONTENT_TYPE", "") or body.decode() is not None
    except ValueError:
        return False


def read_body(environ: dict[str, Any]) -> bytes:
    """Read the body of a request. Raise ValueError if its length or its compression is wrong."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length < 0:
        raise ValueError(f"Content-Length is {length}.")
    body: bytes = environ["wsgi.input"].read(length)
    if environ.pop("HTTP_CONTENT_ENCODING", "") == "gzip":  # SDKs compress the large requests of some operations
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"The body is not compressed with gzip: {error}") from None
        environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def parameters(service: str, operation: str, environ: dict[str, Any], body: bytes) -> set[str]:
    """Return the names of a request's parameters as the API spells them, and unknown names as they were sent."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return set(json.loads(body or b"{}"))
    names = wire_names(service, operation)
    given = {key.split(".", 1)[0] for key in _form(environ, body)} - _ENVELOPE
    return {names.get(name, name) for name in given}


def _form(environ: dict[str, Any], body: bytes) -> dict[str, str]:
    text = body.decode("utf-8", "replace") if body else environ.get("QUERY_STRING", "")
    return dict(parse_qsl(text, keep_blank_values=True))


@cache
def wire_names(service: str, operation: str) -> dict[str, str]:
    """Map the names in a form, which EC2 spells its own way, to those of the API."""
    model = service_model(service)
    if operation not in model.operation_names:
        return {}
    shape = model.operation_model(operation).input_shape
    return {_wire_name(model.protocol, name, member): name for name, member in (shape.members if shape else {}).items()}


def _wire_name(protocol: str, name: str, member: Any) -> str:
    serialization = member.serialization
    if protocol == "ec2":
        location = serialization.get("name", "")
        return str(serialization.get("queryName") or (location[:1].upper() + location[1:]) or name)
    if member.type_name == "list" and serialization.get("flattened"):
        return str(member.member.serialization.get("name") or name)
    return str(serialization.get("name") or name)

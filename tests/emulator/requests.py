"""The service, operation, region and parameters of a request, read before any service sees it."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import botocore.session
from botocore.model import ServiceModel

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
_SIGNING_NAMES = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}
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
    elif "/operation/" in path:
        operation = path.rsplit("/", 1)[-1]
    else:
        operation = _form(environ, body).get("Action", "")
    if service == "dynamodb" and target.startswith("DynamoDBStreams"):
        service = "dynamodbstreams"
    return _SIGNING_NAMES.get(service, service), operation, region


def parameters(service: str, operation: str, environ: dict[str, Any], body: bytes) -> set[str]:
    """Return the names of a request's parameters as the API spells them, and unknown names as they were sent."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return set(json.loads(body or b"{}"))
    names = _wire_names(service, operation)
    given = {key.split(".", 1)[0] for key in _form(environ, body)} - _ENVELOPE
    return {names.get(name, name) for name in given}


def _form(environ: dict[str, Any], body: bytes) -> dict[str, str]:
    text = body.decode("utf-8", "replace") if body else environ.get("QUERY_STRING", "")
    return dict(parse_qsl(text, keep_blank_values=True))


@cache
def _wire_names(service: str, operation: str) -> dict[str, str]:
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

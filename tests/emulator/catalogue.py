"""The services of moto that this package does not extend: by which names a request finds them."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import moto.backends
from moto.backend_index import backend_url_patterns
from moto.core.request import Request
from moto.core.routing import NotFound, get_service_router
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from .requests import session

# Modules of moto that are no service of AWS, or a second form of one.
_NO_SERVICE = {
    *("core", "moto_api", "moto_proxy", "moto_server", "utilities", "instance_metadata"),
    *("awslambda_simple", "batch_simple", "dynamodb_v20111205", "s3bucket_path"),
}
_IN_RDS = {"neptune", "docdb"}  # they share the operations and the signing name of RDS
_ELB_V2 = "Version=2015-12-01"  # two services share one address


@cache
def names() -> dict[str, str]:
    """Return moto's module of each service that moto has, by boto3's names."""
    modules = set(moto.backends.list_of_moto_modules()) - _NO_SERVICE
    known = set(session().get_available_services()) - _IN_RDS
    found = {name: _module(name) for name in known}
    return {name: module for name, module in found.items() if module in modules}


def _module(service: str) -> str:
    return "awslambda" if service == "lambda" else service.replace("-", "")


def service_of(environ: dict[str, Any], body: bytes, signed: str) -> str:
    """Return boto3's name of the service of a request, or the name that it was signed for if nobody knows that."""
    if signed == "elasticloadbalancing":
        return "elbv2" if _ELB_V2.encode() in body else "elb"
    host = _dispatcher().infer_service_region_host(_copy(environ, body), environ.get("PATH_INFO", "")) or ""
    by_module = {module: name for name, module in names().items()}
    for module, pattern in backend_url_patterns:
        if module in by_module and (module == host or pattern.match(f"http://{host}")):
            return by_module[module]
    return signed


def operation_of(service: str, environ: dict[str, Any], body: bytes) -> str:
    """Return the operation that a REST service finds by verb and path, or nothing."""
    try:
        return str(get_service_router(service).match(Request(_copy(environ, body)))[0].name)
    except (NotFound, NotImplementedError):
        return ""


def operation_of_any(service: str, signed: str, environ: dict[str, Any], body: bytes) -> tuple[str, str]:
    """Return the REST service and operation of a request. Services with one signing name may differ in their paths."""
    others = sorted(name for name in names() if name.startswith(signed) and name != service)
    for each in (service, *others):
        if operation := operation_of(each, environ, body):
            return each, operation
    return service, ""


def is_known(service: str) -> bool:
    """Return whether botocore knows a service."""
    return service in session().get_available_services()


def _copy(environ: dict[str, Any], body: bytes) -> dict[str, Any]:
    return {**environ, "wsgi.input": io.BytesIO(body)}


@cache
def _dispatcher() -> DomainDispatcherApplication:
    return DomainDispatcherApplication(create_backend_app)

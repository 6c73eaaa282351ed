"""Helpers of all services of the local AWS: errors, ids, pages, and the registration with moto."""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Mapping
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.exceptions import ServiceException

OWN_BACKENDS: dict[str, BackendDict[Any]] = {}
HANDLERS: dict[str, type] = {}  # the classes that replace moto's, by moto's names of the services


class AwsError(ServiceException):
    """An error answer in AWS's own words: ``AwsError("InvalidIpamPoolId.NotFound", "The pool ... does not exist")``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def serve(service: str, response: type) -> None:
    """Replace moto's handler of a service (``ec2``, ``rds``, ...) with ``response``, a subclass of that handler."""
    HANDLERS[service] = response
    urls = importlib.import_module(f"moto.{service}.urls")
    for path in urls.url_paths:
        urls.url_paths[path] = response.dispatch  # type: ignore[attr-defined]


def own_backend(name: str, backend: type, regions: list[str] | None = None) -> BackendDict[Any]:
    """Create backends of our own, read as ``[account][region]``, in some Regions or in all.

    Reset, save and load cover them.
    """
    OWN_BACKENDS[name] = BackendDict(backend, "ec2", use_boto3_regions=not regions, additional_regions=regions)
    return OWN_BACKENDS[name]


def dns_suffix(partition: str) -> str:
    """Return the domain of the host names and of some service principals of a partition."""
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


def arn_of(backend: Any, service: str, resource: str) -> str:
    """Return the ARN of a resource in the account and Region of a backend."""
    return f"arn:{backend.partition}:{service}:{backend.region_name}:{backend.account_id}:{resource}"


def new_id(prefix: str, digits: int = 17) -> str:
    """Return a new id in AWS's form: ``vpc-0a1b...``."""
    return f"{prefix}-{secrets.token_hex(digits)[:digits]}"


def paged(
    items: list[Any],
    params: Mapping[str, Any],
    default: int = 1000,
    names: tuple[str, str] = ("MaxResults", "NextToken"),
    refusal: AwsError | None = None,
) -> tuple[list[Any], str | None]:
    """Return a page of ``items``, and the token of the next page.

    ``names`` are the parameters with the size of the page and its token. ``refusal`` is the error for a token that no
    page has returned.
    """
    size, token = int(params.get(names[0]) or default), str(params.get(names[1]) or 0)
    if not token.isdigit():
        raise refusal or AwsError("InvalidNextToken", "The specified NextToken is not valid.")
    start = int(token)
    more = start + size < len(items)
    return items[start : start + size], str(start + size) if more else None

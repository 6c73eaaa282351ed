"""What the services of the local AWS share: errors, ids, tags, filters, paging, and how they take over from moto."""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.exceptions import ServiceException

OWN_BACKENDS: dict[str, BackendDict[Any]] = {}


class AwsError(ServiceException):
    """An error answer in AWS's own words: ``AwsError("InvalidIpamPoolId.NotFound", "The pool ... does not exist")``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def serve(service: str, response: type) -> None:
    """Let ``response``, a subclass of moto's handler, answer for a service of moto (``ec2``, ``rds``, ...)."""
    urls = importlib.import_module(f"moto.{service}.urls")
    for path in urls.url_paths:
        urls.url_paths[path] = response.dispatch  # type: ignore[attr-defined]


def own_backend(name: str, backend: type) -> BackendDict[Any]:
    """State of ours, per account and region, which reset, save and load cover. ``[account][region]`` reads it."""
    OWN_BACKENDS[name] = BackendDict(backend, "ec2")
    return OWN_BACKENDS[name]


def new_id(prefix: str, digits: int = 17) -> str:
    """An id as AWS makes them: ``vpc-0a1b...``."""
    return f"{prefix}-{secrets.token_hex(digits)[:digits]}"


def tags_of(params: Mapping[str, Any], resource_type: str) -> list[dict[str, str]]:
    """The tags that an EC2 create call gives to ``resource_type`` in ``TagSpecifications``."""
    return [
        {"Key": tag["Key"], "Value": tag.get("Value", "")}
        for spec in params.get("TagSpecifications") or []
        if spec.get("ResourceType") == resource_type
        for tag in spec.get("Tags") or []
    ]


def filtered(
    items: Iterable[dict[str, Any]],
    filters: Iterable[Mapping[str, Any]] | None,
    fields: Mapping[str, Callable[[dict[str, Any]], Any]],
) -> list[dict[str, Any]]:
    """The items that pass EC2 ``Filters``. ``fields`` maps a filter's name to the value it looks at."""
    found = list(items)
    for flt in filters or []:
        name, values = flt["Name"], [v.replace("[", "[[]") for v in flt.get("Values") or []]  # only * and ? are wild
        if not name.startswith("tag:") and name not in ("tag-key", *fields):
            raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
        found = [i for i in found if any(fnmatchcase(s, v) for s in _filtered_by(i, name, fields) for v in values)]
    return found


def _filtered_by(item: dict[str, Any], name: str, fields: Mapping[str, Callable[[dict[str, Any]], Any]]) -> list[str]:
    """What a filter looks at in an item."""
    tags = item.get("Tags") or []
    if name == "tag-key":
        return [t["Key"] for t in tags]
    if name.startswith("tag:"):
        return [t["Value"] for t in tags if t["Key"] == name[4:]]
    return [str(fields[name](item))]


def paged(items: list[Any], params: Mapping[str, Any], default: int = 1000) -> tuple[list[Any], str | None]:
    """One page of ``items`` by ``MaxResults`` and ``NextToken``, and the token of the next one."""
    token, size = str(params.get("NextToken") or 0), int(params.get("MaxResults") or default)
    if not token.isdigit():
        raise AwsError("InvalidNextToken", "The specified NextToken is not valid.")
    start = int(token)
    more = start + size < len(items)
    return items[start : start + size], str(start + size) if more else None

"""The filters and pages of EC2's lists."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from botocore.parsers import create_parser

from ..admission import Missing
from ..core import AwsError, paged
from ..requests import service_model

# The fields of the filters that are not named like their field.
_PERMISSION = {
    "cidr": "ip-range.cidr-ip",
    "ipv6-cidr": "ipv6-range.cidr-ipv6",
    "group-id": "user-id-group-pair.group-id",
    "user-id": "user-id-group-pair.user-id",
    "prefix-list-id": "prefix-list-id.prefix-list-id",
    "protocol": "ip-protocol",
    "from-port": "from-port",
    "to-port": "to-port",
}
_ALIASES = {
    "DescribeVpcs": {
        "cidr": "cidr-block",
        "cidr-block-association.state": "cidr-block-association.cidr-block-state.state",
    },
    "DescribeVpcEndpoints": {"vpc-endpoint-state": "state"},
    "DescribeFlowLogs": {"deliver-log-status": "deliver-logs-status"},
    "DescribeNetworkInterfaces": {
        "group-id": "group.group-id",
        "addresses.private-ip-address": "private-ip-addresses.private-ip-address",
    },
    "DescribeNetworkAcls": {
        "default": "is-default",
        "association.association-id": "association.network-acl-association-id",
    },
    "DescribeDhcpOptions": {"key": "dhcp-configuration.key", "value": "dhcp-configuration.value.value"},
    "DescribeSecurityGroups": {
        **{f"ip-permission.{name}": f"ip-permission.{field}" for name, field in _PERMISSION.items()},
        **{f"egress.ip-permission.{name}": f"ip-permissions-egress.{field}" for name, field in _PERMISSION.items()},
    },
}
# Filters on fields that the local AWS does not show.
_UNSUPPORTED = re.compile(
    r"ipv6-.*|.*dns64|.*lni-at-device-index|.*customer-owned.*|outpost-arn|ip-address-type|service-region|operator.*"
    r"|(message|parent-zone|group-long-name|requester-id|addresses\.(association|primary)|entry)\b.*"
    r"|attachment\.(?!vpc-id|state).*|association\.(ip-owner-id|public-dns-name)|.*enable-resource-name-dns.*"
    r"|(egress.)?ip-permission.group-name"
)
_LIST_OPTIONS = ("Filters", "Filter", "MaxResults", "NextToken")


def take_list_options(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """Remove the filters and the page from the parameters, and return them: handlers return whole lists."""
    known = _LIST_OPTIONS if operation.startswith(("Describe", "Get")) else ()
    return {name: params.pop(name) for name in known if name in params}


def filtered_page(operation: str, options: Mapping[str, Any], status: int, headers: Any, body: str) -> dict[str, Any]:
    """Return an answer with its list reduced to the requested filters and page."""
    shape = service_model("ec2").operation_model(operation).output_shape
    response = {"status_code": status, "headers": headers, "body": body.encode()}
    answer: dict[str, Any] = create_parser("ec2").parse(response, shape)
    answer.pop("ResponseMetadata")
    name = next(n for n, member in shape.members.items() if member.type_name == "list")
    item = shape.members[name].member
    found = answer.get(name) or []
    for given in options.get("Filters") or options.get("Filter") or []:
        path = _path(operation, item, given.get("Name") or "null")
        values = [v.replace("[", "[[]") for v in given.get("Values") or []]  # AWS's wildcards are * and ? only
        found = [i for i in found if any(fnmatchcase(s, v) for s in _filter_values(i, item, path) for v in values)]
    return dict(zip((name, "NextToken"), paged(found, options), strict=True))


def _path(operation: str, item: Any, name: str) -> str:
    """Return the field that a filter names, as a dotted path, and refuse an unknown filter."""
    if {"Tags", "TagSet", "Key"} & set(item.members) and (name.startswith("tag:") or name == "tag-key"):
        return name
    known = _fields(item) if "Ipam" in operation else _known(operation)
    if name not in known:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    if _UNSUPPORTED.fullmatch(name):
        raise Missing(f"the filter {name} of ec2:{operation}")
    return _ALIASES.get(operation, {}).get(name, name)


def _filter_values(value: Mapping[str, Any], item: Any, path: str) -> Iterable[str]:
    tags = value.get("Tags") or value.get("TagSet") or []
    if "Key" in item.members:  # a row of DescribeTags is a tag itself
        tags = [value]
    if path == "tag-key":
        return [t["Key"] for t in tags]
    if path.startswith("tag:"):
        return [t["Value"] for t in tags if t["Key"] == path[4:]]
    return _values(value, item, path)


def _fields(item: Any) -> set[str]:
    """Return the filters of an IPAM list, which are named like the fields; AWS does not document them."""
    plain = [name for name, member in item.members.items() if member.type_name not in ("list", "structure")]
    return {_kebab(name) for name in plain}


def _kebab(field: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", field).lower()


@cache
def _known(operation: str) -> frozenset[str]:
    """Return the filters of an operation, which botocore's model names only in its documentation."""
    members = service_model("ec2").operation_model(operation).input_shape.members
    text = html.unescape((members.get("Filters") or members["Filter"]).documentation)
    return frozenset(re.findall(r"<li> <p> ?<code>([\w.-]+)</code>(?!:<)", text))


def _values(value: Any, shape: Any, name: str) -> Iterator[str]:
    """Yield the values of the field that a filter names: ``association.main`` is ``Associations[].Main``."""
    if value is None:
        return
    if shape.type_name == "list":
        for entry in value:
            yield from _values(entry, shape.member, name)
    elif shape.type_name == "structure":
        field, rest = _field(shape, name)
        yield from _values(value.get(field), shape.members[field], rest)
    else:
        yield str(value).lower() if isinstance(value, bool) else str(value)


def _field(shape: Any, name: str) -> tuple[str, str]:
    """Return the field that a dotted name begins with, and the rest of the name."""
    for field in shape.members:
        kebab = _kebab(field)
        for known in (kebab, kebab.removesuffix("s"), kebab.removesuffix("-set")):
            if name == known or name.startswith(known + "."):
                return field, name[len(known) + 1 :]
    raise Missing(f"the filter {name}")

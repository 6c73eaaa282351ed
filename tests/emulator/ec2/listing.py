"""The filters and pages of EC2's lists."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from botocore.parsers import create_parser

from ..admission import Missing
from ..core import AwsError, paged
from ..promises import services
from ..requests import service_model

# The fields of the filters that are not named like their field.
_PERMISSION = {
    "cidr": "ip-range.cidr-ip",
    "ipv6-cidr": "ipv6-range.cidr-ipv6",
    "group-id": "user-id-group-pair.group-id",
    "group-name": "user-id-group-pair.group-name",
    "user-id": "user-id-group-pair.user-id",
    "prefix-list-id": "prefix-list-id.prefix-list-id",
    "protocol": "ip-protocol",
    "from-port": "from-port",
    "to-port": "to-port",
}
_IPV6_STATE = {"ipv6-cidr-block-association.state": "ipv6-cidr-block-association.ipv6-cidr-block-state.state"}
_ALIASES = {
    "DescribeVpcs": {
        "cidr": "cidr-block",
        "cidr-block-association.state": "cidr-block-association.cidr-block-state.state",
        **_IPV6_STATE,
    },
    "DescribeSubnets": {"cidr": "cidr-block", **_IPV6_STATE},
    "DescribeAvailabilityZones": {"message": "messages.message"},
    "DescribeVpcEndpoints": {"vpc-endpoint-state": "state"},
    "DescribeVpcPeeringConnections": {"status-code": "status.code", "status-message": "status.message"},
    "DescribeFlowLogs": {"deliver-log-status": "deliver-logs-status"},
    "DescribeNetworkInterfaces": {
        "group-id": "group.group-id",
        "addresses.private-ip-address": "private-ip-addresses.private-ip-address",
        "addresses.primary": "private-ip-addresses.primary",
        "addresses.association.public-ip": "private-ip-addresses.association.public-ip",
        "addresses.association.owner-id": "private-ip-addresses.association.ip-owner-id",
    },
    "DescribeNetworkAcls": {
        "default": "is-default",
        "association.association-id": "association.network-acl-association-id",
        "entry.cidr": "entry.cidr-block",
        "entry.ipv6-cidr": "entry.ipv6-cidr-block",
        "entry.icmp.code": "entry.icmp-type-code.code",
        "entry.icmp.type": "entry.icmp-type-code.type",
    },
    "DescribeVpnGateways": {f"attachment.{name}": f"vpc-attachments.{name}" for name in ("state", "vpc-id")},
    "DescribeDhcpOptions": {"key": "dhcp-configuration.key", "value": "dhcp-configuration.value.value"},
    "DescribeSecurityGroups": {
        **{f"ip-permission.{name}": f"ip-permission.{field}" for name, field in _PERMISSION.items()},
        **{f"egress.ip-permission.{name}": f"ip-permissions-egress.{field}" for name, field in _PERMISSION.items()},
    },
}
# The names of protocols that a filter can use instead of their numbers.
_PROTOCOLS = {"entry.protocol": {"tcp": "6", "udp": "17", "icmp": "1"}}
# Filters that AWS accepts and does not document. Those in camel case are the names of EC2's first VPC API, which older
# clients send (boto 2's documentation, moto).
_UNDOCUMENTED = {
    "DescribeVpcs": ("cidr-block", "cidrBlock", "dhcpOptionsId", "isDefault", "vpcId"),
    "DescribeSubnets": ("availableIpAddressCount", "subnetId", "vpcId"),
    "DescribeAddresses": ("domain",),
}
_LIST_OPTIONS = ("Filters", "Filter", "MaxResults", "NextToken")


def take_list_options(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """Remove the filters and the page from the parameters, and return them: handlers return whole lists."""
    promised = services()["ec2"].parameters(operation) or ()
    return {name: params.pop(name) for name in _LIST_OPTIONS if name in promised and name in params}


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
        aliases = _PROTOCOLS.get(path, {})
        wanted = [wildcard(aliases.get(value, value)) for value in given.get("Values") or []]
        found = [i for i in found if any(w.fullmatch(v) for v in _filter_values(i, item, path) for w in wanted)]
    return dict(zip((name, "NextToken"), paged(found, options), strict=True))


def _path(operation: str, item: Any, name: str) -> str:
    """Return the field that a filter names, as a dotted path, and refuse an unknown filter."""
    if {"Tags", "TagSet", "Key"} & set(item.members) and (name.startswith("tag:") or name == "tag-key"):
        return name
    known = _fields(item) if "Ipam" in operation else _known(operation)
    if name not in known:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return _ALIASES.get(operation, {}).get(name) or _kebab(name)


def wildcard(value: str) -> re.Pattern[str]:
    """Return the pattern of a filter's value: ``*`` and ``?`` are wildcards, unless a backslash precedes them."""
    parts = re.findall(r"\\?.|\\", value, re.DOTALL)
    return re.compile("".join({"*": ".*", "?": "."}.get(p, re.escape(p[-1])) for p in parts), re.DOTALL)


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
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", field).lower()


@cache
def _known(operation: str) -> frozenset[str]:
    """Return the filters of an operation, which botocore's model names only in its documentation."""
    members = service_model("ec2").operation_model(operation).input_shape.members
    text = html.unescape((members.get("Filters") or members["Filter"]).documentation)
    others = " ".join(re.findall(r"You can also use (.*?) as the filter name", text))
    names = re.findall(r"<li> <p> ?<code>([\w.-]+)</code>(?!:<)", text) + re.findall(r"<code>(\w+)</code>", others)
    return frozenset((*names, *_UNDOCUMENTED.get(operation, ()))) - {"tag"}  # the filter is tag:<key>


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
    elif isinstance(value, datetime):
        yield value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    else:
        yield str(value).lower() if isinstance(value, bool) else str(value)


def _field(shape: Any, name: str) -> tuple[str, str]:
    """Return the field that a dotted name begins with, and the rest of the name."""
    for field in shape.members:
        kebab = _kebab(field)
        for known in (kebab, kebab.removesuffix("s"), kebab.removesuffix("-set"), re.sub("ies$", "y", kebab)):
            if name == known or name.startswith(known + "."):
                return field, name[len(known) + 1 :]
    raise Missing(f"the filter {name}")

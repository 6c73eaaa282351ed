"""The rules of security groups: their validation, identity and descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..admission import Missing
from ..core import AwsError, arn_of, new_id
from .base import tags_in
from .checks import canonical, canonical_ipv6
from .ids import KINDS

_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
_TEXT = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
# The name of each kind of peer in a permission: its name in a list of peers, and in a rule.
PEERS = {
    "IpRanges": ("CidrIp", "CidrIpv4"),
    "Ipv6Ranges": ("CidrIpv6", "CidrIpv6"),
    "UserIdGroupPairs": ("GroupId", "ReferencedGroupId"),
    "PrefixListIds": ("PrefixListId", "PrefixListId"),
}


@dataclass
class Rule:
    """A protocol with its ports, and one peer: a block, a group or a prefix list."""

    group_id: str
    egress: bool
    protocol: str
    ports: tuple[int, int] | None
    kind: str
    peer: str
    text: str | None = None
    id: str = field(default_factory=lambda: new_id("sgr"))

    @property
    def key(self) -> tuple[Any, ...]:
        """Return the identity of the rule, which does not include the description."""
        return self.egress, self.protocol, self.ports, self.kind, self.peer

    @property
    def words(self) -> str:
        """Return the rule in the words of AWS's errors."""
        start, end = ("type", "code") if self.protocol.startswith("icmp") else ("from port", "to port")
        ports = [f"{start}: {self.ports[0]}", f"{end}: {self.ports[1]}"] if self.ports else []
        protocol = "ALL" if self.protocol == "-1" else self.protocol.upper()
        return ", ".join([f"peer: {self.peer}", protocol, *ports, "ALLOW"]).replace(": -1", ": ALL")


def allow_all_egress(group_id: str) -> Rule:
    """Return the rule that every new group has: all egress is allowed."""
    return Rule(group_id, True, "-1", None, "IpRanges", "0.0.0.0/0")


def read(backend: Any, group: Any, egress: bool, permissions: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """Return the rules that a request names."""
    return [rule for permission in permissions for rule in _read(backend, group, egress, permission)]


def _read(backend: Any, group: Any, egress: bool, permission: Mapping[str, Any]) -> Iterator[Rule]:
    protocol, ports = _protocol(permission)
    peers = [(kind, peer) for kind in PEERS for peer in permission.get(kind) or []]
    if not peers:
        raise AwsError("MissingParameter", "The request must contain a CIDR, a group or a prefix list in each rule.")
    for kind, peer in peers:
        check_text(peer.get("Description"), "rule description")
        name = _peer(backend, group, kind, peer)
        yield Rule(group.id, egress, protocol, ports, kind, name, peer.get("Description"))


def check_text(text: str | None, kind: str) -> None:
    """Refuse a description that AWS does not accept."""
    if text and not _TEXT.fullmatch(text):
        allowed = "strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
        raise AwsError("InvalidParameterValue", f"Invalid {kind}. Valid descriptions are {allowed}")


def _protocol(permission: Mapping[str, Any]) -> tuple[str, tuple[int, int] | None]:
    given = str(permission.get("IpProtocol") or "").lower()
    if not given:
        text = 'Unsupported IP protocol ""  - supported: [tcp, udp, icmp]'
        raise AwsError("InvalidPermission.Malformed", text)
    protocol = _PROTOCOLS.get(given, given)
    start, end = permission.get("FromPort"), permission.get("ToPort")
    if protocol in ("tcp", "udp", "icmp", "icmpv6"):
        if start is None or end is None:
            text = "Must specify both from and to ports with TCP/UDP."
            raise AwsError("InvalidParameterValue", f"Invalid value '{text}' for portRange.")
        if protocol in ("tcp", "udp") and not 0 <= start <= end <= 65535:
            raise AwsError("InvalidParameterValue", f"Invalid {protocol.upper()} range ({start}-{end})")
        if protocol in ("icmp", "icmpv6"):
            _check_icmp(start, end)
        return protocol, (start, end)
    if protocol != "-1" and not (protocol.isdigit() and int(protocol) < 256):
        raise AwsError("InvalidParameterValue", f"Invalid value '{given}' for IP protocol. Unknown protocol.")
    return protocol, None


def _check_icmp(kind: int, code: int) -> None:
    """Refuse a type or a code out of range. A code needs a type: -1 for all types stands only with -1."""
    if not -1 <= kind <= 255:
        raise AwsError("InvalidParameterValue", f"ICMP type ({kind}) out of range")
    if not -1 <= code <= 255 or kind == -1 and code != -1:
        raise AwsError("InvalidParameterValue", f"ICMP code ({code}) out of range")


def _peer(backend: Any, group: Any, kind: str, peer: Mapping[str, Any]) -> str:
    name = str(peer.get(PEERS[kind][0]) or "")
    if kind == "IpRanges":
        return canonical(name, "cidrIp")
    if kind == "Ipv6Ranges":
        return canonical_ipv6(name)
    if kind == "PrefixListIds" and name not in backend.managed_prefix_lists:
        raise KINDS["PrefixListId"].not_found([name])
    if kind == "UserIdGroupPairs":
        same_account = peer.get("UserId") in (None, backend.account_id)
        if not name or not same_account or peer.get("VpcPeeringConnectionId"):
            raise Missing("groups by name, of other accounts or of peered VPCs")
        other = backend.get_security_group_from_id(name)
        if other is None:
            raise KINDS["GroupId"].not_found([name])
        if other.vpc_id != group.vpc_id:
            raise AwsError(
                "InvalidGroup.NotFound", "You have specified two resources that belong to different networks."
            )
    return name


def permissions(rules: Iterable[Rule], account: str) -> list[dict[str, Any]]:
    """Return rules as a group shows them, with the peers of the same protocol and ports together."""
    found: dict[Any, dict[str, Any]] = {}
    for rule in rules:
        permission = found.setdefault((rule.protocol, rule.ports), _ports(rule) | {kind: [] for kind in PEERS})
        peer = {PEERS[rule.kind][0]: rule.peer, "Description": rule.text}
        if rule.kind == "UserIdGroupPairs":
            peer["UserId"] = account
        permission[rule.kind].append({k: v for k, v in peer.items() if v is not None})
    return list(found.values())


def _ports(rule: Rule) -> dict[str, Any]:
    ports = {"FromPort": rule.ports[0], "ToPort": rule.ports[1]} if rule.ports else {}
    return {"IpProtocol": rule.protocol, **ports}


def shown(backend: Any, rule: Rule) -> dict[str, Any]:
    """Return a rule as DescribeSecurityGroupRules shows it, with -1 for all ports."""
    peer: dict[str, Any] = {PEERS[rule.kind][1]: rule.peer}
    if rule.kind == "UserIdGroupPairs":
        peer = {"ReferencedGroupInfo": {"GroupId": rule.peer, "UserId": backend.account_id}}
    return {
        "SecurityGroupRuleId": rule.id,
        "SecurityGroupRuleArn": arn_of(backend, "ec2", f"security-group-rule/{rule.id}"),
        "GroupId": rule.group_id,
        "GroupOwnerId": backend.account_id,
        "IsEgress": rule.egress,
        "FromPort": -1,
        "ToPort": -1,
        **_ports(rule),
        **peer,
        **({"Description": rule.text} if rule.text else {}),
        "Tags": tags_in(backend, rule.id),
    }

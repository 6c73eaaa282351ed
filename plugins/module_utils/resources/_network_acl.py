# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The default network ACL of a VPC: its entries, and the subnets that use it. One listing a region tells both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

ENTRIES = "default_network_acl_entries"
Entry = dict[str, Any]
_ALL = {"cidr_block": "0.0.0.0/0", "protocol": "-1"}
_LAST = 32767  # the numbers from here on belong to AWS: entries that deny the rest, and that nobody can change
# The entries with which AWS creates the default network ACL, and those that it adds with an IPv6 block.
_CREATED = [{**_ALL, "egress": egress, "rule_action": "allow", "rule_number": 100} for egress in (False, True)]
_IPV6 = {"ipv6_cidr_block": "::/0", "protocol": "-1", "rule_action": "allow", "rule_number": 101}


def network_acls(aws: Any) -> list[dict[str, Any]]:
    """Return the network ACLs of the region."""
    return list(aws.pages("ec2", "describe_network_acls", "network_acls"))


def network_acl_of(aws: Any, subnet: Mapping[str, Any]) -> dict[str, Any]:
    """Return the id of the subnet's network ACL, that of their association, and the id of the VPC's default one.

    A new subnet may not be among the associations yet; it gets the default network ACL.
    """
    listed = [acl for acl in network_acls(aws) if acl["vpc_id"] == subnet["vpc_id"]]
    default = next((acl["network_acl_id"] for acl in listed if acl["is_default"]), None)
    links = (link for acl in listed for link in acl["associations"] if link["subnet_id"] == subnet["subnet_id"])
    link = next(links, {"network_acl_id": default, "network_acl_association_id": None})
    return {
        "network_acl_id": link["network_acl_id"],
        "_acl_association_id": link["network_acl_association_id"],
        "_default_acl_id": default,
    }


def default_entries(aws: Any, vpc_id: str) -> dict[str, Any]:
    """Return the entries of a VPC's default network ACL, with its id. A new VPC may not show it yet."""
    for acl in network_acls(aws):
        if acl["vpc_id"] == vpc_id and acl["is_default"]:
            entries = (entry for entry in acl["entries"] if entry["rule_number"] < _LAST)
            return {ENTRIES: in_order(entries), "_default_acl_id": acl["network_acl_id"]}
    return {}


def as_created(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries as AWS creates them: all traffic is allowed. Entries for IPv6 are kept if they are AWS's.

    >>> as_created([])[0]
    {'cidr_block': '0.0.0.0/0', 'protocol': '-1', 'egress': False, 'rule_action': 'allow', 'rule_number': 100}
    """
    ipv6 = [entry for entry in entries if {name: entry[name] for name in entry if name != "egress"} == _IPV6]
    return in_order([*_CREATED, *ipv6])


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries by direction and number, which identify an entry."""
    return sorted(entries, key=_key)


def write_entries(aws: Any, acl_id: str, have: Iterable[Entry], want: Iterable[Entry]) -> None:
    """Change the entries of a network ACL. What allows traffic comes first, so that none is interrupted."""
    old, new = ({_key(entry): entry for entry in entries} for entries in (have, want))
    for key, entry in new.items():
        if entry != old.get(key):
            operation = "replace_network_acl_entry" if key in old else "create_network_acl_entry"
            aws.call("ec2", operation, network_acl_id=acl_id, **entry)
    for egress, number in (key for key in old if key not in new):
        aws.call("ec2", "delete_network_acl_entry", network_acl_id=acl_id, egress=egress, rule_number=number)


def _key(entry: Mapping[str, Any]) -> tuple[bool, int]:
    return entry["egress"], entry["rule_number"]

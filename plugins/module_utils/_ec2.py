# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What EC2's resources have in common."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils._boto import ClientError
from ansible_collections.mtk.backend.plugins.module_utils._lookup import find_id
from ansible_collections.mtk.backend.plugins.module_utils._plan import UNKNOWN
from ansible_collections.mtk.backend.plugins.module_utils._reconcile import Refused


def tag_specifications(resource_type: str, tags: Mapping[str, str] | None) -> list[dict[str, Any]] | None:
    """The tags in the shape in which EC2 takes them at creation; None for none."""
    return [{"resource_type": resource_type, "tags": tags}] if tags else None


def retag(aws: Any, ids: list[str], have: Mapping[str, str], want: Mapping[str, str]) -> None:
    """Make the tags of resources what is wanted, with at most two calls."""
    gone = sorted(set(have) - set(want))
    if gone:
        aws.call("ec2", "delete_tags", resources=ids, tags=[{"key": key} for key in gone])
    new = {key: value for key, value in want.items() if have.get(key) != value}
    if new:
        aws.call("ec2", "create_tags", resources=ids, tags=new)


def raise_unsuccessful(answer: Mapping[str, Any], operation: str) -> None:
    """Raise what EC2 reports as ``Unsuccessful`` items in an answer that is a success to HTTP."""
    for item in answer.get("unsuccessful") or []:
        error = item.get("error") or {}
        raise ClientError({"Error": {"Code": error.get("code"), "Message": error.get("message")}}, operation)


def steps(have: Iterable[str], want: Iterable[str]) -> tuple[list[str], list[str]]:
    """What to add and what to remove."""
    return sorted(set(want) - set(have)), sorted(set(have) - set(want))


def vpc_of(aws: Any, params: Mapping[str, Any]) -> Any:
    """The id of the VPC that a task gives by id or by name; ``(known after apply)`` where it does not exist yet."""
    return params["vpc_id"] or find_id(aws, "vpc", params["vpc_name"])


def cidr(block: str) -> str:
    """A block as AWS writes it, without bits behind its prefix; what is not known yet stays as it is."""
    if block == UNKNOWN:
        return block
    try:
        return str(ipaddress.ip_network(block, strict=False))
    except ValueError as error:
        raise Refused(f"'{block}' is no CIDR block: {error}") from error

# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Functions that several modules of EC2 use."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._client import ClientError
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import OWNER_TAG, UNKNOWN, Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource


def raise_unsuccessful(answer: Mapping[str, Any], operation: str) -> None:
    """Raise the errors that EC2 lists as ``Unsuccessful`` in an answer with the HTTP status of a success."""
    for item in answer.get("unsuccessful") or []:
        error = item.get("error") or {}
        raise ClientError({"Error": {"Code": error.get("code"), "Message": error.get("message")}}, operation)


def steps(have: Iterable[str], want: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the items to add and the items to remove."""
    return sorted(set(want) - set(have)), sorted(set(have) - set(want))


def undeclared(aws: Any, kind: str, have: Iterable[str], want: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the tags of those resources that another resource names and the options do not, by id.

    ``kind`` is the noun of EC2's listing, such as ``subnet``. No request is sent if the options name all of them.
    """
    extra = set(have) - set(want)
    listed = aws.pages("ec2", f"describe_{kind}s", f"{kind}s") if extra else []
    tags = {each[f"{kind}_id"]: each.get("tags") or {} for each in listed}
    return {each: tags.get(each, {}) for each in sorted(extra)}


def foreign(resource: Resource, found: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return those ids of :func:`undeclared` that others have added, unless the user consents to their removal."""
    others = [each for each, tags in found.items() if tags.get(OWNER_TAG) != resource.owner]
    return [] if resource.consents("remove") else others


def kept(resource: Resource, found: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return those ids of :func:`undeclared` that stay: our own, of other settings, and those of others."""
    own = [each for each, tags in found.items() if tags.get(OWNER_TAG) == resource.owner]
    return [*own, *foreign(resource, found)]


def cidr(block: str) -> str:
    """Return a CIDR block as AWS writes it, without host bits. ``(known after apply)`` is returned unchanged."""
    if block == UNKNOWN:
        return block
    try:
        return str(ipaddress.ip_network(block, strict=False))
    except ValueError as error:
        raise Refused(f"'{block}' is not a CIDR block: {error}. Write it as 10.0.0.0/16.") from error


def overlap(block: str, other: str) -> bool:
    """Return whether two CIDR blocks share addresses. ``(known after apply)`` overlaps nothing."""
    if UNKNOWN in (block, other):
        return False
    return ipaddress.ip_network(block).overlaps(ipaddress.ip_network(other))

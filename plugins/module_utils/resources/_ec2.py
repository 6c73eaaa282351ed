# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Functions that several modules of EC2 use."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.aws._client import ClientError
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN, Refused


def raise_unsuccessful(answer: Mapping[str, Any], operation: str) -> None:
    """Raise the errors that EC2 lists as ``Unsuccessful`` in an answer with the HTTP status of a success."""
    for item in answer.get("unsuccessful") or []:
        error = item.get("error") or {}
        raise ClientError({"Error": {"Code": error.get("code"), "Message": error.get("message")}}, operation)


def steps(have: Iterable[str], want: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the items to add and the items to remove."""
    return sorted(set(want) - set(have)), sorted(set(have) - set(want))


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

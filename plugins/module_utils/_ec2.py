# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What EC2's resources have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils._boto import ClientError


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

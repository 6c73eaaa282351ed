# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags are written in one place: two calls of every service's API, by one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class TagApi(NamedTuple):
    """The calls with which a service changes tags, and their parameters."""

    service: str
    add: str
    remove: str
    target: str  # the parameter that names the resource
    keys: str = "tag_keys"  # the parameter that lists the keys to remove


APIS = {
    "dynamodb": TagApi("dynamodb", "tag_resource", "untag_resource", "resource_arn"),
    "ec2": TagApi("ec2", "create_tags", "delete_tags", "resources", "tags"),
    "iam_policy": TagApi("iam", "tag_policy", "untag_policy", "policy_arn"),
    "iam_role": TagApi("iam", "tag_role", "untag_role", "role_name"),
    "kms": TagApi("kms", "tag_resource", "untag_resource", "key_id"),
    "logs": TagApi("logs", "tag_resource", "untag_resource", "resource_arn"),
    "rds": TagApi("rds", "add_tags_to_resource", "remove_tags_from_resource", "resource_name"),
    "secretsmanager": TagApi("secretsmanager", "tag_resource", "untag_resource", "secret_id"),
}


def write_tags(
    aws: Any, api: str, target: Any, have: Mapping[str, str], want: Mapping[str, str], region: str | None = None
) -> None:
    """Change the tags of a resource from ``have`` to ``want`` with at most two calls.

    ``api`` is a key of :data:`APIS`. ``target`` is the resource as the service names it: an ARN, an id or a name; for
    EC2 a list of ids.
    """
    calls = APIS[api]
    gone = sorted(set(have) - set(want))
    if gone:
        keys: list[Any] = [{"key": key} for key in gone] if calls.keys == "tags" else list(gone)
        aws.call(calls.service, calls.remove, region, **{calls.target: target, calls.keys: keys})
    new = {key: value for key, value in want.items() if have.get(key) != value}
    if new:
        aws.call(calls.service, calls.add, region, **{calls.target: target}, tags=new)


def tag_specifications(resource_type: str, tags: Mapping[str, str] | None) -> list[dict[str, Any]] | None:
    """Return the tags in the shape in which EC2 takes them at creation; None for no tags."""
    return [{"resource_type": resource_type, "tags": tags}] if tags else None

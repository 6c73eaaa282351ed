# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scalable targets of a table and its indexes in a region."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import Check, between
from ansible_collections.mtk.backend.plugins.module_utils.domain._table_options import LIMITS as TABLE_LIMITS
from ansible_collections.mtk.backend.plugins.module_utils.domain._table_options import at_least, named_once
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN

Fields = Mapping[str, Any]
CAPACITIES = {"read": "ReadCapacityUnits", "write": "WriteCapacityUnits"}
METRICS = {"read": "DynamoDBReadCapacityUtilization", "write": "DynamoDBWriteCapacityUtilization"}
POLICY = ("target_value", "scale_in_cooldown", "scale_out_cooldown", "disable_scale_in")


# The values that AWS takes, by option.
LIMITS: Mapping[str, Check] = {
    "min_capacity": at_least(1),
    "target_value": between(10, 90, "percent"),
    "scale_in_cooldown": at_least(0),
    "scale_out_cooldown": at_least(0),
}


def conflicts(params: Fields) -> Iterator[str]:
    """Yield the broken rules of the options of auto scaling."""
    yield from named_once("indexes", params["indexes"], "index_name")
    for index in params["indexes"]:
        yield from TABLE_LIMITS["index_name"]("index_name", index["index_name"])
    for of, part in (("", params), *((f"index {index['index_name']}: ", index) for index in params["indexes"])):
        for side in CAPACITIES:
            if part.get(side):
                yield from _side_faults(f"{of}{side}", part[side])


def _side_faults(option: str, limits: Fields) -> Iterator[str]:
    for name, check in LIMITS.items():
        yield from check(f"{option}.{name}", limits[name])
    low, high = limits["min_capacity"], limits["max_capacity"]
    if low > high:
        yield (
            f"{option}.min_capacity is {low} and {option}.max_capacity is {high}; the minimum is at most the maximum. "
            "Correct one of them."
        )


def wanted_targets(
    table: str, read: Fields | None, write: Fields | None, indexes: Sequence[Fields], replica: bool = False
) -> list[dict[str, Any]]:
    """Return the wanted targets, each with its policy.

    ``read`` and ``write`` hold min_capacity, max_capacity and the fields of a policy. An index without its own takes
    those of the table. Reads are scaled in every region. Writes are not scaled at a ``replica``, because DynamoDB
    copies the owner's targets.
    """
    found = []
    parts = [(f"table/{table}", "table", read, write)]
    for index in indexes:
        own_read, own_write = index.get("read") or read, index.get("write") or write
        parts.append((f"table/{table}/index/{index['index_name']}", "index", own_read, own_write))
    for resource, kind, reads, writes in parts:
        if reads:
            found.append(_target(resource, kind, "read", reads))
        if writes and not replica:
            found.append(_target(resource, kind, "write", writes))
    return sorted(found, key=target_key)


def _target(resource: str, kind: str, side: str, limits: Fields) -> dict[str, Any]:
    policy = {"policy_name": f"{METRICS[side]}:{resource}", **{name: limits[name] for name in POLICY}}
    return {
        "resource_id": resource,
        "scalable_dimension": f"dynamodb:{kind}:{CAPACITIES[side]}",
        "min_capacity": limits["min_capacity"],
        "max_capacity": limits["max_capacity"],
        "policies": [policy],
    }


def resources_of(table: Fields) -> set[str]:
    """Return the resource ids of a table and its indexes in Application Auto Scaling."""
    return resources(table["table_name"], table.get("global_secondary_indexes") or [])


def resources(table: str, indexes: Sequence[Fields]) -> set[str]:
    """Return the resource ids of a table and of some indexes."""
    return {f"table/{table}", *(f"table/{table}/index/{index['index_name']}" for index in indexes)}


def limited(wanted: Sequence[Fields], have: Sequence[Fields], existing: Container[str]) -> list[Fields]:
    """Return the wanted targets of existing resources, and the present targets of all others."""
    found = [target for target in wanted if target["resource_id"] in existing]
    return sorted(found + [target for target in have if target["resource_id"] not in existing], key=target_key)


def given_target(table: str, index: str) -> dict[str, Any]:
    """Return the target that DynamoDB creates for the writes of a new index, if the table has replicas."""
    return {
        "resource_id": f"table/{table}/index/{index}",
        "scalable_dimension": f"dynamodb:index:{CAPACITIES['write']}",
        **dict.fromkeys(("min_capacity", "max_capacity", "policies"), UNKNOWN),
    }


def found_targets(table: str, targets: Sequence[Fields], policies: Sequence[Fields]) -> list[dict[str, Any]]:
    """Return the targets of a table and its indexes, with their policies, from the listings of a region."""
    resource = f"table/{table}"
    return [
        {
            "resource_id": target["resource_id"],
            "scalable_dimension": target["scalable_dimension"],
            "min_capacity": target["min_capacity"],
            "max_capacity": target["max_capacity"],
            "policies": sorted((_policy(p) for p in policies if _of(p, target)), key=lambda p: str(p["policy_name"])),
        }
        for target in targets
        if target["resource_id"] == resource or target["resource_id"].startswith(f"{resource}/index/")
    ]


def _of(policy: Fields, target: Fields) -> bool:
    return all(policy[name] == target[name] for name in ("resource_id", "scalable_dimension"))


def _policy(policy: Fields) -> dict[str, Any]:
    tracking = policy.get("target_tracking_scaling_policy_configuration") or {}
    return {
        "policy_name": policy["policy_name"],
        "target_value": tracking.get("target_value"),
        "scale_in_cooldown": tracking.get("scale_in_cooldown", 0),
        "scale_out_cooldown": tracking.get("scale_out_cooldown", 0),
        "disable_scale_in": tracking.get("disable_scale_in", False),
    }


def scales_writes(target: Fields) -> bool:
    """Return whether a target scales writes. DynamoDB copies such targets from the owner's region to the replicas."""
    return str(target["scalable_dimension"]).endswith(CAPACITIES["write"])


def target_key(target: Fields) -> tuple[str, str]:
    """Return resource id and dimension, which identify a target."""
    return target["resource_id"], target["scalable_dimension"]


def by_key(targets: Sequence[Fields]) -> dict[tuple[str, str], Fields]:
    """Return the targets by their keys."""
    return {target_key(target): target for target in targets}


def tracking(target: Fields) -> dict[str, Any]:
    """Return the TargetTrackingScalingPolicyConfiguration of a wanted target."""
    policy = target["policies"][0]
    metric = METRICS["read" if target["scalable_dimension"].endswith(CAPACITIES["read"]) else "write"]
    return {
        **{name: policy[name] for name in POLICY},
        "predefined_metric_specification": {"predefined_metric_type": metric},
    }

"""Auto scaling of a global table in all its Regions, in the same store as Application Auto Scaling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.dynamodb.models.table import Table

from ..autoscaling import checks as autoscaling_checks
from ..autoscaling.models import AUTOSCALING, METRICS, Key, key_of
from ..autoscaling.scaler import registered
from ..core import AwsError
from .describe import ON_DEMAND, billing_mode, describe_index
from .state import HIDDEN, READ, WRITE, backend, find, invalid, members_of, state_of

WRITES = (
    "ProvisionedWriteCapacityAutoScalingUpdate",
    "GlobalSecondaryIndexUpdates",
    "ProvisionedWriteCapacityAutoScalingUpdate",
)
READS = (
    "ReplicaProvisionedReadCapacityAutoScalingUpdate",
    "ReplicaGlobalSecondaryIndexUpdates",
    "ProvisionedReadCapacityAutoScalingUpdate",
)
Change = tuple[str, Key, dict[str, Any]]  # Region, resource and dimension, AutoScalingSettingsUpdate


def global_table(account: str, region: str, name: str) -> Table:
    """Return the table. Refuse a table without replicas."""
    table = find(account, region, name)
    if table is None or not members_of(table):
        raise AwsError("ResourceNotFoundException", f"Global table with name: '{name}' does not exist")
    return table


def describe(table: Table) -> dict[str, Any]:
    """Return the settings of all Regions, in alphabetical order, including the Region of the request."""
    replicas = []
    for region, member in sorted(members_of(table).items()):
        other = backend(table.account_id, region).tables[table.name]
        if member.entry.state == HIDDEN:
            continue
        shown: dict[str, Any] = {"RegionName": region, "ReplicaStatus": member.entry.state}
        shown["ReplicaProvisionedReadCapacityAutoScalingSettings"] = _settings(other, None, READ)
        shown["ReplicaProvisionedWriteCapacityAutoScalingSettings"] = _settings(other, None, WRITE)
        shown["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index.name,
                "IndexStatus": describe_index(other, index)["IndexStatus"],
                "ProvisionedReadCapacityAutoScalingSettings": _settings(other, index.name, READ),
                "ProvisionedWriteCapacityAutoScalingSettings": _settings(other, index.name, WRITE),
            }
            for index in other.global_indexes
        ]
        replicas.append(shown)
    return {"TableName": table.name, "TableStatus": state_of(table).status, "Replicas": replicas}


def _settings(table: Table, index: str | None, units: str) -> dict[str, Any]:
    store, key = AUTOSCALING[table.account_id][table.region_name], key_of(table.name, index, units)
    target = store.targets.get(key)
    if target is None:
        return {"AutoScalingDisabled": True, "ScalingPolicies": []}
    policies = [
        {
            "PolicyName": name,
            "TargetTrackingScalingPolicyConfiguration": {
                field: policy["TargetTrackingScalingPolicyConfiguration"][field]
                for field in ("DisableScaleIn", "ScaleInCooldown", "ScaleOutCooldown", "TargetValue")
                if field in policy["TargetTrackingScalingPolicyConfiguration"]
            },
        }
        for name, policy in store.policies.get(key, {}).items()
    ]
    return {
        "MinimumUnits": target["MinCapacity"],
        "MaximumUnits": target["MaxCapacity"],
        "AutoScalingDisabled": False,
        "AutoScalingRoleArn": target["RoleARN"],
        "ScalingPolicies": policies,
    }


def update(table: Table, params: dict[str, Any]) -> None:
    """Apply write settings to every Region and read settings to the named Region."""
    changes = list(_changes(table, params))
    if not changes:
        raise invalid("At least one auto scaling setting must be given")
    for region, key, settings in changes:
        _check(table, region, key, settings)
    for region, key, settings in changes:
        _apply(table, region, key, settings)


def _changes(table: Table, params: dict[str, Any]) -> Iterator[Change]:
    members, updates = members_of(table), params.get("ReplicaUpdates") or []
    named = [update["RegionName"] for update in updates]
    if len(set(named)) < len(named) or set(named) - set(members):
        raise invalid(f"ReplicaUpdates must name each region of the table at most once: {', '.join(named)}")
    for region in members:
        yield from _given(table.name, region, WRITE, params, WRITES)
    for update in updates:
        yield from _given(table.name, update["RegionName"], READ, update, READS)


def _given(
    name: str, region: str, units: str, params: dict[str, Any], fields: tuple[str, str, str]
) -> Iterator[Change]:
    """Yield the settings in ``params`` for the table and its indexes."""
    own, indexes, of_index = fields
    if params.get(own) is not None:
        yield region, key_of(name, None, units), params[own]
    for index in params.get(indexes) or []:
        if index.get(of_index) is not None:
            yield region, key_of(name, index["IndexName"], units), index[of_index]


def _check(table: Table, region: str, key: Key, settings: dict[str, Any]) -> None:
    low, high, policy = (settings.get(name) for name in ("MinimumUnits", "MaximumUnits", "ScalingPolicyUpdate"))
    if settings.get("AutoScalingDisabled"):
        if low is not None or high is not None or policy:
            raise invalid("MinimumUnits, MaximumUnits and ScalingPolicyUpdate cannot be given with AutoScalingDisabled")
        return
    if billing_mode(table) == ON_DEMAND:
        raise invalid("AutoScaling is not available for tables with PAY_PER_REQUEST billing mode")
    index = key[0].split("/index/")[1] if "/index/" in key[0] else None
    if index and not _ready(table, region, index):
        raise AwsError("ResourceNotFoundException", f"Requested resource not found: Index: {index}")
    known = AUTOSCALING[table.account_id][region].targets.get(key)
    if known is None and None in (low, high, policy):
        raise invalid("MinimumUnits, MaximumUnits and ScalingPolicyUpdate are all needed to enable auto scaling")
    known = known or {}
    autoscaling_checks.check_capacities(
        low if low is not None else known.get("MinCapacity"), high if high is not None else known.get("MaxCapacity")
    )
    if policy:
        autoscaling_checks.check_policy(key, _config(key, policy))


def _ready(table: Table, region: str, index: str) -> bool:
    other = backend(table.account_id, region).tables[table.name]
    known = index in {i.name for i in other.global_indexes}
    return known and state_of(other).index(index).timeline.settled


def _config(key: Key, policy: dict[str, Any]) -> dict[str, Any]:
    metric = {"PredefinedMetricType": METRICS[key[1].rsplit(":", 1)[1]]}
    return {"PredefinedMetricSpecification": metric, **policy["TargetTrackingScalingPolicyConfiguration"]}


def _apply(table: Table, region: str, key: Key, settings: dict[str, Any]) -> None:
    store = AUTOSCALING[table.account_id][region]
    if settings.get("AutoScalingDisabled"):
        store.drop_target(key)
        return
    known = store.targets.get(key, {})
    low, high = (known.get(name) for name in ("MinCapacity", "MaxCapacity"))
    store.put_target(key, settings.get("MinimumUnits", low), settings.get("MaximumUnits", high))
    policy = settings.get("ScalingPolicyUpdate")
    if policy:
        present = next(iter(store.policies.get(key, {})), None)
        default = f"{METRICS[key[1].rsplit(':', 1)[1]]}:{key[0]}"
        name = policy.get("PolicyName") or present or default
        if present and present != name:
            store.drop_policy(key, present)
        store.put_policy(key, name, _config(key, policy))
    registered(store, key)

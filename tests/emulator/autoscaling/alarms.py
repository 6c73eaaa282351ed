"""The alarms of target tracking in CloudWatch, four of each policy. They follow the capacity and the policy."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from ..cloudwatch import alarms
from .models import ALARMS, AutoscalingBackend
from .scaler import Capacity, find_capacity

# The alarms of consumption watch sums of a minute, those of the provisioned capacity averages of five minutes.
_CONSUMED = {"Statistic": "Sum", "Period": 60}
_PROVISIONED = {"Statistic": "Average", "Period": 300, "EvaluationPeriods": 3}


def sync(store: AutoscalingBackend) -> None:
    """Create, change and delete alarms as the policies have changed since the last call.

    Alarms that somebody has changed or deleted stay so until their policy or capacity changes.
    """
    backend, wanted = cloudwatch_backends[store.account_id][store.region_name], _wanted(store)
    known = alarms.all_of(backend)
    for name in set(store.alarms) - set(wanted):
        if name in known:
            alarms.drop(backend, known[name])
    for name, settings in wanted.items():
        if store.alarms.get(name) != settings:
            alarms.put(backend, alarms.METRIC, settings)
    store.alarms = wanted


def _wanted(store: AutoscalingBackend) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for key, policies in store.policies.items():
        capacity = find_capacity(store.account_id, store.region_name, key)
        for policy in policies.values():
            for kind, alarm in zip(ALARMS, policy["Alarms"], strict=True):
                name = alarm["AlarmName"]
                if capacity:
                    found[name] = _settings(policy, kind, name, capacity)
                elif name in store.alarms:  # the alarms of a deleted table stay as they were
                    found[name] = store.alarms[name]
    return found


def _settings(policy: dict[str, Any], kind: str, name: str, capacity: Capacity) -> dict[str, Any]:
    target, units = policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"], capacity.value
    dimensions = [{"Name": "TableName", "Value": capacity.table.name}]
    if capacity.index:
        dimensions.append({"Name": "GlobalSecondaryIndexName", "Value": capacity.index})
    of_kind: dict[str, dict[str, Any]] = {
        "AlarmHigh": {**_CONSUMED, "EvaluationPeriods": 2, "Threshold": units * 60 * target / 100},
        "AlarmLow": {**_CONSUMED, "EvaluationPeriods": 15, "Threshold": units * 60 * max(target - 20, 0) / 100},
    }
    return {
        "AlarmName": name,
        "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy['PolicyARN']}.",
        "AlarmActions": [policy["PolicyARN"]],
        "Namespace": "AWS/DynamoDB",
        "MetricName": f"{'Consumed' if kind in of_kind else 'Provisioned'}{capacity.units}",
        "Dimensions": dimensions,
        "ComparisonOperator": "GreaterThanThreshold" if kind.endswith("High") else "LessThanThreshold",
        **of_kind.get(kind, {**_PROVISIONED, "Threshold": float(units)}),
    }

"""The scalable targets and scaling policies of a Region. DynamoDB's replica auto scaling shares them."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from moto.core.base_backend import BaseBackend

from ..clock import CLOCK
from ..core import arn_of, own_backend
from ..dynamodb.state import READ, WRITE
from ..iam.service_roles import role_path, service_uses_its_role

METRICS = {READ: "DynamoDBReadCapacityUtilization", WRITE: "DynamoDBWriteCapacityUtilization"}
ALARMS = ("AlarmHigh", "AlarmLow", "ProvisionedCapacityHigh", "ProvisionedCapacityLow")
SERVICE = "dynamodb.application-autoscaling.amazonaws.com"
SUSPENDED = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")

Key = tuple[str, str]


def resource_id(table: str, index: str | None = None) -> str:
    """Return the resource id of a table or index."""
    return f"table/{table}/index/{index}" if index else f"table/{table}"


def key_of(table: str, index: str | None, units: str) -> Key:
    """Return the resource id and dimension of the read or write capacity of a table or index."""
    return resource_id(table, index), f"dynamodb:{'index' if index else 'table'}:{units}"


class AutoscalingBackend(BaseBackend):
    """Targets by resource and dimension, and their policies by name. Both outlive the table."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.targets: dict[Key, dict[str, Any]] = {}
        self.policies: dict[Key, dict[str, dict[str, Any]]] = {}
        self.alarms: dict[str, dict[str, Any]] = {}  # settings of the policies' alarms when they were last set
        self.activities: list[dict[str, Any]] = []
        self.due: dict[Key, float] = {}  # moment since which a capacity must be brought within bounds
        self.loads: dict[Key, tuple[float, float]] = {}  # moment of the setting and consumed units a second
        # Moment and units of the last scale-in (True) and scale-out (False).
        self.moves: dict[Key, dict[bool, tuple[float, int]]] = {}

    def put_target(self, key: Key, low: int, high: int, suspended: dict[str, bool] | None = None) -> dict[str, Any]:
        """Register or change a target. Keys missing in ``suspended`` keep their values."""
        target = self.targets.get(key)
        if target is None:
            service_uses_its_role(self.account_id, self.region_name, SERVICE)
            target = self.targets[key] = {
                "ServiceNamespace": "dynamodb",
                "ResourceId": key[0],
                "ScalableDimension": key[1],
                # AWS ignores the role in the call.
                "RoleARN": f"arn:{self.partition}:iam::{self.account_id}:role{role_path(SERVICE)}",
                "CreationTime": CLOCK.now(),
                "SuspendedState": dict.fromkeys(SUSPENDED, False),
                "ScalableTargetARN": arn_of(
                    self, "application-autoscaling", f"scalable-target/{secrets.token_hex(18)}"
                ),
            }
        target.update(MinCapacity=low, MaxCapacity=high)
        target["SuspendedState"] = {**target["SuspendedState"], **(suspended or {})}
        return target

    def drop_target(self, key: Key) -> None:
        """Remove a target, if there is one, with its policies."""
        for name in list(self.policies.get(key, {})):
            self.drop_policy(key, name)
        for entries in (self.targets, self.policies, self.due, self.moves):
            entries.pop(key, None)

    def drop_policy(self, key: Key, name: str) -> None:
        """Delete a policy, if there is one."""
        self.policies.get(key, {}).pop(name, None)

    def record(self, key: Key, units: str, value: int, cause: str, moment: float) -> None:
        """Record a scaling activity."""
        change = f"{'read' if units == READ else 'write'} capacity units to {value}."
        activity = {
            "ActivityId": str(uuid.uuid4()),
            "ServiceNamespace": "dynamodb",
            "ResourceId": key[0],
            "ScalableDimension": key[1],
            "Description": f"Setting {change}",
            "Cause": cause,
            "StartTime": moment,
            "EndTime": moment,
            "StatusCode": "Successful",
            "StatusMessage": f"Successfully set {change} Change successfully fulfilled by dynamodb.",
        }
        self.activities.insert(0, activity)

    def put_policy(self, key: Key, name: str, config: dict[str, Any]) -> dict[str, Any]:
        """Create or change a target-tracking policy. A changed policy keeps its ARN and alarms."""
        policies = self.policies.setdefault(key, {})
        if name not in policies:
            policies[name] = {
                "PolicyARN": arn_of(
                    self, "autoscaling", f"scalingPolicy:{uuid.uuid4()}:resource/dynamodb/{key[0]}:policyName/{name}"
                ),
                "PolicyName": name,
                "ServiceNamespace": "dynamodb",
                "ResourceId": key[0],
                "ScalableDimension": key[1],
                "PolicyType": "TargetTrackingScaling",
                "Alarms": [self._alarm(f"TargetTracking-{key[0]}-{kind}-{uuid.uuid4()}") for kind in ALARMS],
                "CreationTime": CLOCK.now(),
            }
        policies[name]["TargetTrackingScalingPolicyConfiguration"] = config
        self.alarms.update({alarm["AlarmName"]: {} for alarm in policies[name]["Alarms"]})  # to be set again
        return policies[name]

    def _alarm(self, name: str) -> dict[str, str]:
        """Return an alarm's name and ARN."""
        return {"AlarmName": name, "AlarmARN": arn_of(self, "cloudwatch", f"alarm:{name}")}

    def is_scaled(self, table: str, index: str | None, units: str) -> bool:
        """Return whether a capacity has both a target and a policy."""
        key = key_of(table, index, units)
        return key in self.targets and bool(self.policies.get(key))

    def mirror_writes(self, table: str, other: AutoscalingBackend) -> None:
        """Copy the write targets and policies of a table and its indexes to another Region."""
        prefix = resource_id(table)
        for key, target in list(self.targets.items()):
            of_table = key[0] == prefix or key[0].startswith(prefix + "/index/")
            if not of_table or not key[1].endswith(WRITE):
                continue
            other.put_target(key, target["MinCapacity"], target["MaxCapacity"], target["SuspendedState"])
            for name, policy in self.policies.get(key, {}).items():
                other.put_policy(key, name, dict(policy["TargetTrackingScalingPolicyConfiguration"]))


AUTOSCALING = own_backend("local-autoscaling", AutoscalingBackend)

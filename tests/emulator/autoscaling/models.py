"""Scalable targets and scaling policies of one Region; DynamoDB's replica auto scaling reads and writes them too."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from moto.core.base_backend import BaseBackend

from ..clock import CLOCK
from ..core import own_backend
from ..iam import service_uses_its_role

READ, WRITE = "ReadCapacityUnits", "WriteCapacityUnits"
METRICS = {READ: "DynamoDBReadCapacityUtilization", WRITE: "DynamoDBWriteCapacityUtilization"}
ALARMS = ("AlarmHigh", "AlarmLow", "ProvisionedCapacityHigh", "ProvisionedCapacityLow")
SERVICE = "dynamodb.application-autoscaling.amazonaws.com"
ROLE = f"role/aws-service-role/{SERVICE}/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
SUSPENDED = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")

Key = tuple[str, str]


def resource_id(table: str, index: str | None = None) -> str:
    """How Application Auto Scaling names a table or an index."""
    return f"table/{table}/index/{index}" if index else f"table/{table}"


def key_of(table: str, index: str | None, units: str) -> Key:
    """How it names the read or the write capacity of a table or an index."""
    return resource_id(table, index), f"dynamodb:{'index' if index else 'table'}:{units}"


class AutoscalingBackend(BaseBackend):
    """Targets by resource and dimension, their policies by name. Both outlive the table."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.targets: dict[Key, dict[str, Any]] = {}
        self.policies: dict[Key, dict[str, dict[str, Any]]] = {}
        self.activities: list[dict[str, Any]] = []
        self.due: dict[Key, float] = {}  # capacities that have to come within their target's bounds, since when
        self.loads: dict[Key, tuple[float, float]] = {}  # since when, how many units a second are consumed
        self.moves: dict[Key, dict[bool, tuple[float, int]]] = {}  # the last scale-in (True) and scale-out

    def put_target(self, key: Key, low: int, high: int, suspended: dict[str, bool] | None = None) -> dict[str, Any]:
        """Register or change a target; what is not given for ``suspended`` keeps its value."""
        target = self.targets.get(key)
        if target is None:
            service_uses_its_role(self.account_id, self.region_name, SERVICE)
            arn = f"arn:aws:application-autoscaling:{self.region_name}:{self.account_id}:scalable-target/"
            target = self.targets[key] = {
                "ServiceNamespace": "dynamodb",
                "ResourceId": key[0],
                "ScalableDimension": key[1],
                "RoleARN": f"arn:aws:iam::{self.account_id}:{ROLE}",  # whatever role a call names
                "CreationTime": CLOCK.now(),
                "SuspendedState": dict.fromkeys(SUSPENDED, False),
                "ScalableTargetARN": arn + secrets.token_hex(18),
            }
        target.update(MinCapacity=low, MaxCapacity=high)
        target["SuspendedState"] = {**target["SuspendedState"], **(suspended or {})}
        return target

    def drop_target(self, key: Key) -> None:
        """Deregister a target where there is one, and with it its policies."""
        for name in list(self.policies.get(key, {})):
            self.drop_policy(key, name)
        for held in (self.targets, self.policies, self.due, self.moves):
            held.pop(key, None)

    def drop_policy(self, key: Key, name: str) -> None:
        """Delete a policy where there is one."""
        self.policies.get(key, {}).pop(name, None)

    def record(self, key: Key, units: str, value: int, cause: str, moment: float) -> None:
        """Note a scaling activity."""
        what = f"{'read' if units == READ else 'write'} capacity units to {value}."
        activity = {
            "ActivityId": str(uuid.uuid4()),
            "ServiceNamespace": "dynamodb",
            "ResourceId": key[0],
            "ScalableDimension": key[1],
            "Description": f"Setting {what}",
            "Cause": cause,
            "StartTime": moment,
            "EndTime": moment,
            "StatusCode": "Successful",
            "StatusMessage": f"Successfully set {what} Change successfully fulfilled by dynamodb.",
        }
        self.activities.insert(0, activity)

    def put_policy(self, key: Key, name: str, config: dict[str, Any]) -> dict[str, Any]:
        """Write a target-tracking policy; one of that name keeps its ARN and alarms."""
        policies = self.policies.setdefault(key, {})
        if name not in policies:
            policies[name] = {
                "PolicyARN": (
                    f"arn:aws:autoscaling:{self.region_name}:{self.account_id}:scalingPolicy:{uuid.uuid4()}:"
                    f"resource/dynamodb/{key[0]}:policyName/{name}"
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
        return policies[name]

    def _alarm(self, name: str) -> dict[str, str]:
        """The name of an alarm. CloudWatch itself does not know it here."""
        arn = f"arn:aws:cloudwatch:{self.region_name}:{self.account_id}:alarm:{name}"
        return {"AlarmName": name, "AlarmARN": arn}

    def is_scaled(self, table: str, index: str | None, units: str) -> bool:
        """Whether a capacity has both a target and a policy."""
        key = key_of(table, index, units)
        return key in self.targets and bool(self.policies.get(key))

    def mirror_writes(self, table: str, other: AutoscalingBackend) -> None:
        """Copy the write targets and policies of a table and its indexes to another Region."""
        prefix = resource_id(table)
        for key, target in list(self.targets.items()):
            ours = key[0] == prefix or key[0].startswith(prefix + "/index/")
            if not ours or not key[1].endswith(WRITE):
                continue
            other.put_target(key, target["MinCapacity"], target["MaxCapacity"], target["SuspendedState"])
            for name, policy in self.policies.get(key, {}).items():
                other.put_policy(key, name, dict(policy["TargetTrackingScalingPolicyConfiguration"]))


AUTOSCALING = own_backend("local-autoscaling", AutoscalingBackend)

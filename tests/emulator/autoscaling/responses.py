"""Application Auto Scaling's operations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

from ..dynamodb.state import WRITE, tables_of
from . import checks, scaler
from .models import AUTOSCALING, AutoscalingBackend, Key


class LocalAutoscalingResponse(ApplicationAutoScalingResponse):
    """Handler of Application Auto Scaling's requests."""

    params: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> AutoscalingBackend:
        """Return the targets and policies of the request's account and Region."""
        found: AutoscalingBackend = AUTOSCALING[self.current_account][self.region]
        return found

    def register_scalable_target(self) -> ActionResult:
        """Register or update a target. Omitted settings keep their values."""
        key, params = checks.key_of(self.params), self.params
        known = self.backend.targets.get(key)
        low, high = checks.check_capacities(
            params.get("MinCapacity", known["MinCapacity"] if known else None),
            params.get("MaxCapacity", known["MaxCapacity"] if known else None),
        )
        if scaler.find_capacity(self.current_account, self.region, key) is None:
            raise checks.invalid(f"DynamoDB table or index does not exist: {key[0]}")
        for store in self._stores(key):
            store.put_target(key, low, high, params.get("SuspendedState"))
            scaler.registered(store, key)
        return ActionResult({"ScalableTargetARN": self.backend.targets[key]["ScalableTargetARN"]})

    def _stores(self, key: Key) -> Iterator[AutoscalingBackend]:
        """Yield the store of this Region and, for writes, the stores of all replicas, which AWS keeps in sync."""
        yield self.backend
        capacity = scaler.find_capacity(self.current_account, self.region, key)
        for table in tables_of(capacity.table)[1:] if capacity and capacity.units == WRITE else []:
            yield AUTOSCALING[self.current_account][table.region_name]

    def deregister_scalable_target(self) -> ActionResult:
        """Deregister a target and delete its policies."""
        key = checks.key_of(self.params)
        if key not in self.backend.targets:
            raise checks.not_found("scalable target", key)
        for store in self._stores(key):
            store.drop_target(key)
        return EmptyResult()

    def describe_scalable_targets(self) -> ActionResult:
        """Return the targets of a namespace, 50 per page."""
        resources, dimension = self.params.get("ResourceIds"), self.params.get("ScalableDimension")
        checks.check_listing(self.params, resources)
        found = [
            target
            for key, target in sorted(self.backend.targets.items())
            if (not resources or key[0] in resources) and dimension in (None, key[1])
        ]
        found, token = checks.page(found, self.params, 50)
        return ActionResult({"ScalableTargets": found, "NextToken": token})

    def put_scaling_policy(self) -> ActionResult:
        """Create or change a target-tracking policy, the only kind that DynamoDB supports."""
        key, name = checks.key_of(self.params), self.params["PolicyName"]
        if key not in self.backend.targets:
            raise checks.not_found("scalable target", key)
        known = self.backend.policies.get(key, {})
        kind = self.params.get("PolicyType") or ("TargetTrackingScaling" if name in known else None)
        config = self.params.get("TargetTrackingScalingPolicyConfiguration")
        if kind != "TargetTrackingScaling":
            raise checks.invalid(f"The policy type {kind} is not supported for the service namespace dynamodb")
        if not config:
            raise checks.invalid("TargetTrackingScalingPolicyConfiguration is needed")
        checks.check_policy(key, config)
        if set(known) - {name}:
            raise checks.invalid("Only one TargetTrackingScaling policy for a given metric specification is allowed.")
        for store in self._stores(key):
            store.put_policy(key, name, dict(config))
        policy = self.backend.policies[key][name]
        return ActionResult({"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]})

    def delete_scaling_policy(self) -> ActionResult:
        """Delete a policy."""
        key, name = checks.key_of(self.params), self.params["PolicyName"]
        if name not in self.backend.policies.get(key, {}):
            raise checks.not_found("scaling policy", key, name)
        for store in self._stores(key):
            store.drop_policy(key, name)
        return EmptyResult()

    def describe_scaling_policies(self) -> ActionResult:
        """Return the policies of a namespace, 10 per page."""
        resource, dimension = self.params.get("ResourceId"), self.params.get("ScalableDimension")
        checks.check_listing(self.params, [resource] if resource else None)
        names = self.params.get("PolicyNames")
        found = [
            policy
            for key, policies in sorted(self.backend.policies.items())
            for name, policy in sorted(policies.items())
            if resource in (None, key[0]) and dimension in (None, key[1]) and (not names or name in names)
        ]
        found, token = checks.page(found, self.params, 10)
        return ActionResult({"ScalingPolicies": found, "NextToken": token})

    def describe_scaling_activities(self) -> ActionResult:
        """Return the scaling activities, latest first."""
        resource, dimension = self.params.get("ResourceId"), self.params.get("ScalableDimension")
        checks.check_listing(self.params, [resource] if resource else None)
        found = [
            activity
            for activity in self.backend.activities
            if resource in (None, activity["ResourceId"]) and dimension in (None, activity["ScalableDimension"])
        ]
        found, token = checks.page(found, self.params, 50)
        return ActionResult({"ScalingActivities": found, "NextToken": token})

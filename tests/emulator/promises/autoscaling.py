"""What is promised of Application Auto Scaling."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "DeleteScalingPolicy": "PolicyName ResourceId ScalableDimension ServiceNamespace",
    "DeregisterScalableTarget": "ResourceId ScalableDimension ServiceNamespace",
    "DescribeScalableTargets": "MaxResults NextToken ResourceIds ScalableDimension ServiceNamespace",
    "DescribeScalingActivities": "ServiceNamespace",
    "DescribeScalingPolicies": "NextToken PolicyNames ResourceId ScalableDimension ServiceNamespace",
    "DescribeScheduledActions": "ServiceNamespace",
    "ListTagsForResource": "ResourceARN",
    "PutScalingPolicy": (
        "PolicyName PolicyType ResourceId ScalableDimension ServiceNamespace StepScalingPolicyConfiguration "
        "TargetTrackingScalingPolicyConfiguration"
    ),
    "RegisterScalableTarget": "MaxCapacity MinCapacity ResourceId ScalableDimension ServiceNamespace SuspendedState Tags",
    "TagResource": "ResourceARN Tags",
    "UntagResource": "ResourceARN TagKeys",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("Application Auto Scaling", OPERATIONS, RULES)

"""The rules of Application Auto Scaling, and of DynamoDB's two operations on the same settings."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "DeleteScalingPolicy": "PolicyName ResourceId ScalableDimension ServiceNamespace",
    "DeregisterScalableTarget": "ResourceId ScalableDimension ServiceNamespace",
    "DescribeScalableTargets": "MaxResults NextToken ResourceIds ScalableDimension ServiceNamespace",
    "DescribeScalingActivities": "MaxResults NextToken ResourceId ScalableDimension ServiceNamespace",
    "DescribeScalingPolicies": "MaxResults NextToken PolicyNames ResourceId ScalableDimension ServiceNamespace",
    "PutScalingPolicy": (
        "PolicyName PolicyType ResourceId ScalableDimension ServiceNamespace TargetTrackingScalingPolicyConfiguration"
    ),
    "RegisterScalableTarget": (
        "MaxCapacity MinCapacity ResourceId RoleARN ScalableDimension ServiceNamespace SuspendedState"
    ),
}
# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("regional", "Targets and policies belong to one Region.", "B"),
    Rule("target-upsert", "RegisterScalableTarget creates or changes a target, and never reports that the target exists. MinCapacity and MaxCapacity are required the first time; later, omitted settings keep their values.", "B RegisterScalableTarget"),
    Rule("target-bounds", "MinCapacity is at least 1 and at most MaxCapacity (`ValidationException`).", "B RegisterScalableTarget"),
    Rule("target-exists", "RegisterScalableTarget refuses a table or index that does not exist (`ValidationException`).", "known"),
    Rule("target-dimension", "ResourceId and ScalableDimension must match: `table/...` with `dynamodb:table:...`, `table/.../index/...` with `dynamodb:index:...` (`ValidationException`).", "B"),
    Rule("target-role", "The first target creates the service-linked role AWSServiceRoleForApplicationAutoScaling_DynamoDBTable in IAM. AWS uses this role regardless of RoleARN.", "B, D"),
    Rule("target-within-bounds", "Registering or changing a target, even without a bound in the call, brings the capacity within the bounds in seconds, once the table is not UPDATING. The capacity of a table that is being created does not change.", "B RegisterScalableTarget, L"),
    Rule("targets-outlive-tables", "The deletion of a table or a replica does not delete its targets and policies.", "D"),
    Rule("on-demand-keeps-targets", "A switch to PAY_PER_REQUEST keeps the targets. AWS scales nothing until the table is PROVISIONED again.", "D"),
    Rule("deregister", "DeregisterScalableTarget also deletes the target's policies, and refuses a target that does not exist (`ObjectNotFoundException`).", "B"),
    Rule("policy-needs-target", "PutScalingPolicy needs a registered target (`ObjectNotFoundException`).", "B PutScalingPolicy"),
    Rule("policy-upsert", "PutScalingPolicy with the name of an existing policy changes that policy and keeps its ARN and alarms.", "B PutScalingPolicy"),
    Rule("policy-alarms", "PutScalingPolicy returns the four alarms of the policy and creates them in CloudWatch, with the policy as their action: consumption above the target for two minutes and 20 points below it for 15, and another capacity for 15 minutes. They follow the capacity and the policy, and are deleted with the policy. They are always INSUFFICIENT_DATA here.", "B PutScalingPolicy; the thresholds are known"),
    Rule("policy-kind", "DynamoDB supports only TargetTrackingScaling. Any other PolicyType is refused (`ValidationException`).", "B PutScalingPolicy"),
    Rule("policy-one-per-dimension", "A dimension has one target-tracking policy. A second one is refused (`ValidationException`).", "L"),
    Rule("policy-metric", "The metric must match the dimension: DynamoDBReadCapacityUtilization for reads, DynamoDBWriteCapacityUtilization for writes, without ResourceLabel (`ValidationException`).", "B, S"),
    Rule("policy-target-value", "TargetValue is 10 to 90 (the guide says 20), and a cooldown is not negative (`ValidationException`).", "L"),
    Rule("pages", "A page has at most 50 targets, 50 activities or 10 policies. An invalid NextToken is refused (`InvalidNextTokenException`).", "B MaxResults: 50, and 10 for policies"),
    Rule("filters", "DescribeScalableTargets accepts at most 50 ResourceIds, and ScalableDimension needs a resource (`ValidationException`).", "B"),
    Rule("activities", "DescribeScalingActivities returns the scaling activities with their causes, latest first.", "B"),
    Rule("scaler-out", "If consumption exceeds the target for two minutes, the scaler raises the capacity to consumption / target.", "D"),
    Rule("scaler-in", "If consumption is 20 points below the target for 15 minutes, the scaler lowers the capacity to consumption / target.", "D"),
    Rule("scaler-idle", "An idle table falls to MinCapacity in about 90 seconds, even from a capacity that was set manually.", "L"),
    Rule("scaler-bounds", "The scaler never leaves the range from MinCapacity to MaxCapacity.", "B"),
    Rule("scaler-below-minimum", "The scaler does not raise a capacity that was set below MinCapacity as long as the capacity suffices.", "L"),
    Rule("scaler-cooldowns", "ScaleOutCooldown delays the next scale-out unless that one is larger. ScaleInCooldown delays the next scale-in. The default of both is 0.", "S"),
    Rule("scaler-switches", "DisableScaleIn, SuspendedState and the lack of a policy each stop the scaler.", "B"),
    Rule("scaler-decreases", "Decreases by the scaler count towards DynamoDB's daily limit, and wait for it.", "D"),
    Rule("scaler-active", "The scaler changes a table or an index only when it is ACTIVE. The change makes it UPDATING.", "D, L"),
    Rule("scaler-regions", "AWS scales each Region of a global table by the Region's own consumption, including writes. The settings for writes are the same in all Regions, but the capacities differ.", "D bp-global-table-design, throughput"),
    Rule("replica-global-only", "UpdateTableReplicaAutoScaling and DescribeTableReplicaAutoScaling accept only tables with replicas (`ResourceNotFoundException`, \"Global table with name: '...' does not exist\").", "L"),
    Rule("replica-on-demand", "On a PAY_PER_REQUEST table, UpdateTableReplicaAutoScaling can only disable scaling (`ValidationException`).", "L"),
    Rule("replica-first", "The first settings of a capacity need MinimumUnits, MaximumUnits and a policy together (`ValidationException`).", "L"),
    Rule("replica-disabled", "AutoScalingDisabled together with MinimumUnits or MaximumUnits is refused (`ValidationException`).", "L"),
    Rule("replica-regions", "ReplicaUpdates must name Regions of the table, each at most once (`ValidationException`).", "L"),
    Rule("replica-index", "A new index of a provisioned global table gets write scaling from 1 to 10 at 70 percent. Until the index is ACTIVE, an update does not find it (`ResourceNotFoundException`).", "L"),
    Rule("replica-busy", "UpdateTableReplicaAutoScaling refuses while the table or a replica is changing (`ResourceInUseException`).", "B"),
    Rule("replica-stale", "UpdateTableReplicaAutoScaling returns the settings from before the update.", "L"),
    Rule("replica-regions-shown", "DescribeTableReplicaAutoScaling returns all Regions in alphabetical order, including the Region of the request. A capacity without scaling is AutoScalingDisabled, without policies.", "L"),
    Rule("replica-shared", "Both APIs read and write the same targets and policies. A policy without a name gets the name that DynamoDB's console would use.", "L"),
    Rule("replica-reads", "Read settings belong to one Region: the API accepts them for one Region, and a new replica gets none.", "B, L; D globaltables-settings counts them as synced until a Region overrides them"),
    Rule("replica-writes", "Write settings are the same in all Regions, regardless of the API that sets them.", "D"),
    Rule("replica-copies-writes", "A new replica gets the targets and policies for writes, but not those for reads.", "L"),
    Rule("scheduled-actions", "Scheduled actions.", "B", missing=True),
    Rule("tags", "Tags of targets.", "B", missing=True),
    Rule("other-namespaces", "Namespaces other than dynamodb, such as rds with rds:cluster:ReadReplicaCount.", "B", missing=True),
    Rule("customized-metrics", "CustomizedMetricSpecification, and several policies of a dimension, which need it.", "B", missing=True),
    Rule("not-scaled-activities", "IncludeNotScaledActivities.", "B", missing=True),
)
# fmt: on
SERVICE = Service("Application Auto Scaling", OPERATIONS, RULES)

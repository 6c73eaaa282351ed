"""What is promised of Application Auto Scaling, and of the two operations of DynamoDB over the same settings."""

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
    Rule("target-upsert", "RegisterScalableTarget registers or changes a target, and never says that it exists: MinCapacity and MaxCapacity are needed the first time, what is left out later keeps its value.", "B RegisterScalableTarget"),
    Rule("target-bounds", "MinCapacity is at least 1 and at most MaxCapacity (ValidationException).", "B RegisterScalableTarget"),
    Rule("target-exists", "Only a table or an index that is there can be registered (ValidationException).", "known"),
    Rule("target-dimension", "ResourceId and ScalableDimension fit: `table/...` with `dynamodb:table:...`, `table/.../index/...` with `dynamodb:index:...` (ValidationException).", "B"),
    Rule("target-role", "The service-linked role AWSServiceRoleForApplicationAutoScaling_DynamoDBTable appears in IAM with the first target, and is used whatever RoleARN is given.", "B, D"),
    Rule("target-within-bounds", "Registering or changing a target, even with neither bound given, brings the capacity within the bounds in seconds, once the table is not UPDATING; one that is being created is not touched.", "B RegisterScalableTarget, L"),
    Rule("targets-outlive-tables", "Deleting a table or a replica leaves its targets and policies behind.", "D"),
    Rule("on-demand-keeps-targets", "A switch to PAY_PER_REQUEST keeps the targets; nothing is scaled until it is PROVISIONED again.", "D"),
    Rule("deregister", "DeregisterScalableTarget deletes the target's policies; where there is no target it is ObjectNotFoundException.", "B"),
    Rule("policy-needs-target", "A policy needs a registered target (ObjectNotFoundException).", "B PutScalingPolicy"),
    Rule("policy-upsert", "PutScalingPolicy with the name of a policy changes it; its ARN and alarms stay.", "B PutScalingPolicy"),
    Rule("policy-alarms", "The answer names the four alarms of a policy.", "B PutScalingPolicy"),
    Rule("policy-kind", "DynamoDB knows only TargetTrackingScaling; any other PolicyType is a ValidationException.", "B PutScalingPolicy"),
    Rule("policy-one-per-dimension", "A dimension has one target-tracking policy; a second one is a ValidationException.", "L"),
    Rule("policy-metric", "The metric fits the dimension: DynamoDBReadCapacityUtilization for reads, DynamoDBWriteCapacityUtilization for writes, without ResourceLabel (ValidationException).", "B, S"),
    Rule("policy-target-value", "TargetValue is 10 to 90 (the guide says 20), a cooldown is not negative (ValidationException).", "L"),
    Rule("pages", "A page has 50 targets, 50 activities or 10 policies at most; a NextToken that is none is InvalidNextTokenException.", "B MaxResults: 50, and 10 for policies"),
    Rule("filters", "At most 50 ResourceIds; ScalableDimension needs a resource (ValidationException).", "B"),
    Rule("activities", "DescribeScalingActivities tells what was scaled and why, the latest first.", "B"),
    Rule("scaler-out", "Consumption above the target for two minutes raises the capacity to consumption / target.", "D"),
    Rule("scaler-in", "Consumption 20 points below the target for 15 minutes lowers the capacity to consumption / target.", "D"),
    Rule("scaler-idle", "An idle table drifts to MinCapacity in about 90 seconds, also from a value that someone set.", "L"),
    Rule("scaler-bounds", "The scaler never leaves MinCapacity to MaxCapacity.", "B"),
    Rule("scaler-below-minimum", "A value that someone set below MinCapacity is not corrected as long as it is enough.", "L"),
    Rule("scaler-cooldowns", "ScaleOutCooldown holds up the next scale-out unless it is larger, ScaleInCooldown the next scale-in; both are 0 by default.", "S"),
    Rule("scaler-switches", "DisableScaleIn and SuspendedState keep the scaler still, and so does having no policy.", "B"),
    Rule("scaler-decreases", "Decreases by the scaler count for DynamoDB's daily limit, and wait for it.", "D"),
    Rule("scaler-active", "A table or an index is not scaled until it is ACTIVE, and is UPDATING while it is.", "D, L"),
    Rule("scaler-regions", "Each Region of a global table is scaled by what it consumes itself, its writes too: their settings are the same everywhere, their capacity floats.", "D bp-global-table-design, throughput"),
    Rule("replica-global-only", "UpdateTableReplicaAutoScaling and DescribeTableReplicaAutoScaling know only tables with replicas (ResourceNotFoundException: Global table with name: '...' does not exist).", "L"),
    Rule("replica-on-demand", "On a PAY_PER_REQUEST table scaling can only be disabled (ValidationException).", "L"),
    Rule("replica-first", "The first settings of a capacity need MinimumUnits, MaximumUnits and a policy together (ValidationException).", "L"),
    Rule("replica-disabled", "AutoScalingDisabled with MinimumUnits or MaximumUnits is a ValidationException.", "L"),
    Rule("replica-regions", "ReplicaUpdates names Regions of the table, each once (ValidationException).", "L"),
    Rule("replica-index", "A new index of a provisioned global table gets write scaling from 1 to 10 at 70 percent; until it is ACTIVE an update does not find it (ResourceNotFoundException).", "L"),
    Rule("replica-busy", "While the table or a replica is being changed, an update is a ResourceInUseException.", "B"),
    Rule("replica-stale", "The answer to UpdateTableReplicaAutoScaling shows the settings as they were before.", "L"),
    Rule("replica-regions-shown", "DescribeTableReplicaAutoScaling lists all Regions in alphabetical order, the one that is asked too; what is not scaled is AutoScalingDisabled without policies.", "L"),
    Rule("replica-shared", "Both APIs read and write the same targets and policies; a policy without a name is called as DynamoDB's console does.", "L"),
    Rule("replica-reads", "Read settings belong to one Region: the API takes them for one, and a new replica gets none.", "B, L; D globaltables-settings counts them as synced until a Region overrides them"),
    Rule("replica-writes", "Write settings are the same in all Regions, whichever of the two APIs sets them.", "D"),
    Rule("replica-copies-writes", "A new replica gets the write targets and policies, not those of reads.", "L"),
    Rule("scheduled-actions", "Scheduled actions.", "B", missing=True),
    Rule("tags", "Tags of targets.", "B", missing=True),
    Rule("alarms-shown", "The alarms of a policy in CloudWatch: it neither shows nor deletes them.", "B", missing=True),
    Rule("other-namespaces", "Namespaces other than dynamodb, as rds with rds:cluster:ReadReplicaCount.", "B", missing=True),
    Rule("customized-metrics", "CustomizedMetricSpecification, and with it several policies of a dimension.", "B", missing=True),
    Rule("not-scaled-activities", "IncludeNotScaledActivities.", "B", missing=True),
)
# fmt: on
SERVICE = Service("Application Auto Scaling", OPERATIONS, RULES)

"""Kinds of IAM, KMS, CloudWatch, RDS, DynamoDB and Secrets Manager: modules of amazon.aws and community.aws."""

from __future__ import annotations

from .beats import APPLY, CHECK, GONE
from .kinds import Info, Kind
from .site import TRUST

_TAGS = {"Team": "one"}
_READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::a/*"}],
}
_WRITE = {**_READ, "Statement": [{**_READ["Statement"][0], "Action": ["s3:PutObject"]}]}

DATA = (
    Kind(
        "amazon.aws.kms_key",
        "",
        create={"alias": "peer", "description": "one", "tags": _TAGS, "enable_key_rotation": True},
        change={"description": "two", "tags": {"Team": "two"}},
        delete={"alias": "peer"},
        infos=(Info("amazon.aws.kms_key_info", {"alias": "peer"}, "kms_keys"),),
    ),
    Kind(
        "amazon.aws.cloudwatchlogs_log_group",
        "",
        create={"log_group_name": "peer", "retention": 7, "tags": _TAGS},
        change={"retention": 14, "tags": {"Team": "two"}},
        delete={"log_group_name": "peer"},
        infos=(Info("amazon.aws.cloudwatchlogs_log_group_info", {"log_group_name": "peer"}, "log_groups"),),
    ),
    Kind(
        "amazon.aws.iam_role",
        "",
        create={
            "name": "peer",
            "assume_role_policy_document": TRUST,
            "create_instance_profile": False,
            "managed_policies": ["{site.policy}"],
            "tags": _TAGS,
        },
        change={"description": "two", "managed_policies": [], "max_session_duration": 7200},
        delete={"name": "peer"},
        infos=(Info("amazon.aws.iam_role_info", {"name": "peer"}, "iam_roles"),),
    ),
    Kind(
        "amazon.aws.iam_policy",
        "of a role",
        create={"iam_type": "role", "iam_name": "{site.role}", "policy_name": "peer", "policy_json": _READ},
        change={"policy_json": _WRITE},
        delete={"iam_type": "role", "iam_name": "{site.role}", "policy_name": "peer"},
        infos=(Info("amazon.aws.iam_policy_info", {"iam_type": "role", "iam_name": "{site.role}"}, "policies"),),
    ),
    Kind(
        "amazon.aws.iam_managed_policy",
        "",
        create={"name": "peer", "policy": _READ, "description": "one", "tags": _TAGS},
        change={"policy": _WRITE, "tags": {"Team": "two"}},
        delete={"name": "peer"},
    ),
    Kind(
        "amazon.aws.iam_user",
        "",
        create={"name": "peer", "managed_policies": ["{site.policy}"], "tags": _TAGS, "state": "present"},
        change={"managed_policies": [], "purge_policies": True},
        delete={"name": "peer"},
        infos=(Info("amazon.aws.iam_user_info", {"name": "peer"}, "iam_users"),),
    ),
    Kind(
        "amazon.aws.iam_group",
        "",
        create={"name": "peer", "managed_policies": ["{site.policy}"], "state": "present"},
        change={"managed_policies": [], "purge_policies": True},
        delete={"name": "peer"},
    ),
    Kind(
        "amazon.aws.rds_subnet_group",
        "",
        create={
            "name": "peer",
            "description": "one",
            "subnets": ["{site.subnet}", "{site.other_subnet}"],
            "tags": _TAGS,
            "state": "present",
        },
        change={"description": "two", "tags": {"Team": "two"}},
        delete={"name": "peer"},
        deviations={GONE: ("unchanged, DeleteDBSubnetGroup", "It deletes without reading first.")},
    ),
    Kind(
        "amazon.aws.rds_cluster_param_group",
        "",
        create={
            "name": "peer",
            "description": "one",
            "db_parameter_group_family": "aurora-postgresql16",
            "parameters": [{"parameter_name": "rds.force_ssl", "parameter_value": "1", "apply_method": "immediate"}],
            "tags": _TAGS,
        },
        change={
            "parameters": [{"parameter_name": "rds.force_ssl", "parameter_value": "0", "apply_method": "immediate"}]
        },
        delete={"name": "peer"},
        infos=(
            Info(
                "amazon.aws.rds_cluster_param_group_info",
                {"name": "peer", "include_parameters": "user"},
                "db_cluster_parameter_groups",
            ),
        ),
    ),
    Kind(
        "amazon.aws.rds_instance_param_group",
        "",
        create={
            "name": "peer",
            "description": "one",
            "engine": "aurora-postgresql16",
            "params": {"log_min_duration_statement": "500"},
            "immediate": True,
            "tags": _TAGS,
            "state": "present",
        },
        change={"params": {"log_min_duration_statement": "1000"}},
        delete={"name": "peer"},
        infos=(
            Info(
                "amazon.aws.rds_instance_param_group_info",
                {"db_parameter_group_name": "peer"},
                "db_instance_parameter_groups",
            ),
        ),
    ),
    Kind(
        "amazon.aws.rds_cluster",
        "",
        create={
            "cluster_id": "peer",
            "engine": "aurora-postgresql",
            "engine_version": "16.6",
            "username": "someone",
            "password": "not-a-secret",
            "db_subnet_group_name": "{site.subnet_group}",
            "storage_encrypted": True,
            "tags": _TAGS,
        },
        change={"backup_retention_period": 7, "apply_immediately": True, "tags": {"Team": "two"}},
        delete={"cluster_id": "peer", "skip_final_snapshot": True},
        infos=(Info("amazon.aws.rds_cluster_info", {"cluster_id": "peer"}, "clusters"),),
    ),
    Kind(
        "amazon.aws.rds_instance",
        "of a cluster",
        create={
            "id": "peer",
            "cluster_id": "{site.cluster}",
            "engine": "aurora-postgresql",
            "instance_type": "db.r6g.large",
            "tags": _TAGS,
            "state": "present",
        },
        change={"promotion_tier": 2, "apply_immediately": True},
        delete={"id": "peer", "skip_final_snapshot": True},
        infos=(Info("amazon.aws.rds_instance_info", {"id": "peer"}, "instances"),),
    ),
    Kind(
        "amazon.aws.rds_cluster_snapshot",
        "",
        create={"id": "peer", "cluster_id": "{site.cluster}", "wait": True, "tags": _TAGS},
        change={"tags": {"Team": "two"}},
        delete={"id": "peer", "wait": True},
        infos=(Info("amazon.aws.rds_snapshot_info", {"db_cluster_snapshot_identifier": "peer"}, "cluster_snapshots"),),
    ),
    Kind(
        "amazon.aws.cloudwatch_metric_alarm",
        "",
        create={
            "name": "peer",
            "namespace": "AWS/RDS",
            "metric": "CPUUtilization",
            "dimensions": {"DBClusterIdentifier": "peer"},
            "statistic": "Average",
            "comparison": "GreaterThanThreshold",
            "threshold": 80.0,
            "period": 300,
            "evaluation_periods": 3,
            "unit": "Percent",
            "description": "peer",
        },
        change={"threshold": 90.0, "treat_missing_data": "notBreaching"},
        delete={"name": "peer"},
        infos=(Info("amazon.aws.cloudwatch_metric_alarm_info", {"alarm_names": ["peer"]}, "metric_alarms"),),
    ),
    Kind(
        "community.aws.dynamodb_table",
        "",
        create={
            "name": "peer",
            "hash_key_name": "id",
            "hash_key_type": "STRING",
            "billing_mode": "PAY_PER_REQUEST",
            "indexes": [{"name": "by_team", "type": "global_all", "hash_key_name": "team"}],
            "tags": _TAGS,
        },
        change={"tags": {"Team": "two"}},
        delete={"name": "peer"},
        infos=(Info("community.aws.dynamodb_table_info", {"name": "peer"}, "table"),),
    ),
    Kind(
        "community.aws.dynamodb_table",
        "provisioned",
        create={
            "name": "peer",
            "hash_key_name": "id",
            "range_key_name": "at",
            "range_key_type": "NUMBER",
            "billing_mode": "PROVISIONED",
            "read_capacity": 5,
            "write_capacity": 5,
            "table_class": "STANDARD",
        },
        change={"read_capacity": 6},
        delete={"name": "peer"},
    ),
    Kind(
        "community.aws.secretsmanager_secret",
        "",
        create={"name": "peer", "secret": "not-a-secret", "description": "one", "tags": _TAGS},
        change={"secret": "no-secret-either", "description": "two"},
        delete={"name": "peer", "recovery_window": 0},
    ),
    Kind(
        "community.aws.application_autoscaling_policy",
        "of a table",
        create={
            "policy_name": "peer",
            "service_namespace": "dynamodb",
            "resource_id": "table/{site.dynamodb_table}",
            "scalable_dimension": "dynamodb:table:ReadCapacityUnits",
            "policy_type": "TargetTrackingScaling",
            "minimum_tasks": 5,
            "maximum_tasks": 50,
            "target_tracking_scaling_policy_configuration": {
                "TargetValue": 70.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
            },
            "state": "present",
        },
        change={
            "target_tracking_scaling_policy_configuration": {
                "TargetValue": 50.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
            },
        },
        delete={
            "policy_name": "peer",
            "policy_type": "TargetTrackingScaling",
            "service_namespace": "dynamodb",
            "resource_id": "table/{site.dynamodb_table}",
            "scalable_dimension": "dynamodb:table:ReadCapacityUnits",
        },
        deviations={
            CHECK: ("changed, RegisterScalableTarget PutScalingPolicy", "It writes in check mode."),
            APPLY: ("unchanged$", "The check has already created the policy."),
        },
    ),
    Kind(
        "community.aws.sns_topic",
        "",
        create={"name": "peer", "display_name": "one"},
        change={"display_name": "two"},
        delete={"name": "peer"},
        infos=(Info("community.aws.sns_topic_info", {}, "result"),),
        deviations={CHECK: ("failed: Cannot set display name", "It takes a topic that does not exist for another's.")},
    ),
)

# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grants of the least-privilege policies for databases, tables, keys, log groups and secrets."""

from __future__ import annotations

from ansible_collections.mtk.backend.plugins.module_utils.domain._access_grants import (
    ALIASES,
    AUTOMATED,
    BUILDER,
    CHANGERS,
    CLUSTER,
    DATABASE,
    DESTROYER,
    INSTANCES,
    KEYS,
    LOG_GROUPS,
    OPERATOR,
    PARAMETERS,
    RDS_SECRET,
    SECRET,
    SNAPSHOT,
    SUBNET_GROUP,
    TABLE,
    TARGETS,
    WRITERS,
    Grant,
)

# The settings of the database, which AWS changes in place.
RDS = (
    # Without a name of its own, RDS checks the default option group; a parameter group is always ours.
    Grant(
        "CreateDatabase",
        (BUILDER,),
        "rds:CreateDBCluster rds:CreateDBClusterParameterGroup rds:CreateDBInstance rds:CreateDBParameterGroup"
        " rds:CreateDBSubnetGroup rds:CreateGlobalCluster rds:ModifyDBSubnetGroup",
        (*DATABASE, "rds:{region}:og:default*"),
        ("here",),
    ),
    Grant(
        "ChangeDatabase",
        CHANGERS,
        "rds:AddTagsToResource rds:DisableHttpEndpoint rds:EnableHttpEndpoint rds:ModifyDBCluster"
        " rds:ModifyDBClusterParameterGroup rds:ModifyDBInstance rds:ModifyDBParameterGroup rds:ModifyGlobalCluster"
        " rds:RemoveTagsFromResource rds:ResetDBClusterParameterGroup rds:ResetDBParameterGroup",
        DATABASE,
        ("here",),
    ),
    # An apply replaces a failed reader. The data of Aurora is in the volume of the cluster.
    Grant("ReplaceFailedInstances", (BUILDER,), "rds:DeleteDBInstance", (INSTANCES,), ("here",)),
    Grant(
        "DeleteDatabase",
        (DESTROYER,),
        "rds:DeleteDBCluster rds:DeleteDBClusterParameterGroup rds:DeleteDBInstance rds:DeleteDBParameterGroup"
        " rds:DeleteDBSubnetGroup rds:DeleteGlobalCluster rds:ModifyDBCluster rds:ModifyDBInstance"
        " rds:ModifyGlobalCluster rds:RemoveFromGlobalCluster",
        (*DATABASE, SNAPSHOT),
        ("here",),
    ),
    Grant(
        "LeaveFinalSnapshot",
        (DESTROYER,),
        "rds:AddTagsToResource rds:CreateDBClusterSnapshot",
        (CLUSTER, SNAPSHOT),
        ("here",),
    ),
    # No run needs these. Messages print the commands, which name no parameter groups.
    Grant("StartCluster", WRITERS, "rds:StartDBCluster", (CLUSTER,), ("here",)),
    Grant(
        "RestoreDatabase",
        (BUILDER,),
        "rds:RestoreDBClusterFromSnapshot rds:RestoreDBClusterToPointInTime",
        (CLUSTER, SUBNET_GROUP, SNAPSHOT, "rds:{region}:cluster-pg:default*", "rds:{region}:og:default*"),
        ("here",),
    ),
    Grant(
        "RestoreAutomatedBackups",
        (BUILDER,),
        "rds:RestoreDBClusterToPointInTime",
        (AUTOMATED,),
        ("here", "of nobody else"),
    ),
)
DYNAMODB = (
    Grant("CreateTable", (BUILDER,), "dynamodb:CreateTable", (TABLE,), ("here",)),
    Grant(
        "ChangeTable",
        CHANGERS,
        "dynamodb:TagResource dynamodb:UntagResource dynamodb:UpdateContinuousBackups"
        " dynamodb:UpdateContributorInsights dynamodb:UpdateTable dynamodb:UpdateTimeToLive",
        (TABLE, f"{TABLE}/index/*"),
        ("here",),
    ),
    Grant(
        "ChangeTablePolicy",
        (BUILDER,),
        "dynamodb:DeleteResourcePolicy dynamodb:PutResourcePolicy",
        (TABLE, f"{TABLE}/stream/*"),
        ("here",),
    ),
    # DynamoDB fills a new replica in the name of the caller.
    Grant(
        "CreateReplicas",
        (BUILDER,),
        "dynamodb:BatchWriteItem dynamodb:CreateTableReplica dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem"
        " dynamodb:Query dynamodb:Scan dynamodb:UpdateItem",
        (TABLE,),
        ("here",),
    ),
    # No run needs this. Messages print the command.
    Grant("RestoreTable", (BUILDER,), "dynamodb:RestoreTableFromBackup", (TABLE, f"{TABLE}/backup/*"), ("here",)),
    Grant(
        "Scale",
        CHANGERS,
        "application-autoscaling:PutScalingPolicy application-autoscaling:RegisterScalableTarget",
        (TARGETS,),
        ("here", "of DynamoDB"),
    ),
    Grant(
        "StopScaling",
        (BUILDER, DESTROYER),
        "application-autoscaling:DeleteScalingPolicy application-autoscaling:DeregisterScalableTarget",
        (TARGETS,),
        ("here", "of DynamoDB"),
    ),
    # Application Auto Scaling makes and removes the alarms of its policies in the name of the caller.
    Grant(
        "ScaleByAlarms",
        WRITERS,
        "cloudwatch:DeleteAlarms cloudwatch:DescribeAlarms cloudwatch:PutMetricAlarm",
        ("cloudwatch:*:alarm:TargetTracking-table/{user_locations}*",),
        ("here",),
    ),
    Grant(
        "DeleteTable",
        (DESTROYER,),
        "dynamodb:CreateBackup dynamodb:DeleteTable dynamodb:DeleteTableReplica dynamodb:UpdateTable",
        (TABLE,),
        ("here",),
    ),
)
KMS = (
    # No condition tells tags at creation from later ones, so at least the key may not belong to another environment.
    Grant(
        "CreateKeys",
        (BUILDER,),
        "kms:CreateKey kms:TagResource",
        conditions=("here", "made", "of nobody else"),
    ),
    Grant("NameKeys", (BUILDER,), "kms:CreateAlias kms:UpdateAlias", ALIASES, ("here",)),
    Grant(
        "ChangeKeys",
        (BUILDER,),
        "kms:CreateAlias kms:DisableKey kms:DisableKeyRotation kms:EnableKey kms:EnableKeyRotation kms:PutKeyPolicy"
        " kms:UpdateAlias kms:UpdateKeyDescription",
        (KEYS,),
        ("here", "ours"),
    ),
    Grant(
        "MaintainKeys",
        (OPERATOR,),
        "kms:DisableKeyRotation kms:EnableKeyRotation kms:UpdateKeyDescription",
        (KEYS,),
        ("here", "ours"),
    ),
    Grant("TagKeys", CHANGERS, "kms:TagResource", (KEYS,), ("here", "ours", "keeps owner")),
    Grant("UntagKeys", CHANGERS, "kms:UntagResource", (KEYS,), ("here", "ours", "keeps owner's key")),
    Grant(
        "UseKeysForServices",
        (BUILDER,),
        "kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext"
        " kms:ReEncryptFrom kms:ReEncryptTo",
        (KEYS,),
        ("here", "ours", "through a service"),
    ),
    Grant(
        "GrantKeysToServices",
        (BUILDER,),
        "kms:CreateGrant",
        (KEYS,),
        ("here", "ours", "through a service", "grant for a service"),
    ),
    # No run needs this. Messages print the commands that make a key usable again.
    Grant(
        "KeepKeys",
        (BUILDER, DESTROYER),
        "kms:CancelKeyDeletion kms:EnableKey",
        (KEYS,),
        ("here", "ours"),
    ),
    Grant("UnnameKeys", (DESTROYER,), "kms:DeleteAlias", ALIASES, ("here",)),
    Grant("DeleteKeys", (DESTROYER,), "kms:DeleteAlias kms:ScheduleKeyDeletion", (KEYS,), ("here", "ours")),
)
LOGS = (
    Grant(
        "CreateLogGroups",
        (BUILDER,),
        "logs:AssociateKmsKey logs:CreateLogGroup logs:DisassociateKmsKey",
        LOG_GROUPS,
        ("here",),
    ),
    Grant(
        "ChangeLogGroups",
        CHANGERS,
        "logs:DeleteRetentionPolicy logs:PutLogGroupDeletionProtection logs:PutRetentionPolicy logs:TagResource"
        " logs:UntagResource",
        LOG_GROUPS,
        ("here",),
    ),
    Grant(
        "DeleteLogGroups",
        (DESTROYER,),
        "logs:DeleteLogGroup logs:PutLogGroupDeletionProtection",
        LOG_GROUPS,
        ("here",),
    ),
)
SECRETS = (
    Grant("GeneratePassword", (BUILDER,), "secretsmanager:GetRandomPassword", conditions=("here",)),
    # RDS takes the password of a new cluster from the caller, who reads it from the secret.
    Grant(
        "CreateSecret",
        (BUILDER,),
        "secretsmanager:CreateSecret secretsmanager:DeleteResourcePolicy secretsmanager:GetSecretValue"
        " secretsmanager:PutResourcePolicy secretsmanager:ReplicateSecretToRegions secretsmanager:RestoreSecret",
        (SECRET,),
        ("here",),
    ),
    Grant(
        "ChangeSecret",
        CHANGERS,
        "secretsmanager:TagResource secretsmanager:UntagResource secretsmanager:UpdateSecret",
        (SECRET,),
        ("here",),
    ),
    Grant(
        "CreateSecretOfRds",
        (BUILDER,),
        "secretsmanager:CreateSecret secretsmanager:TagResource",
        (RDS_SECRET,),
        ("here", "of no other cluster"),
    ),
    Grant("RotateSecret", (OPERATOR,), "secretsmanager:RotateSecret", (SECRET,), ("here",)),
    Grant("RotateSecretOfRds", (OPERATOR,), "secretsmanager:RotateSecret", (RDS_SECRET,), ("here", "of our cluster")),
    Grant(
        "DeleteSecret",
        (DESTROYER,),
        "secretsmanager:DeleteSecret secretsmanager:RemoveRegionsFromReplication",
        (SECRET,),
        ("here",),
    ),
)
# The outputs. outputs.yml deletes the parameter of an output that does not exist any more.
SSM = (
    Grant(
        "WriteParameters",
        (BUILDER,),
        "ssm:AddTagsToResource ssm:DeleteParameter ssm:PutParameter ssm:RemoveTagsFromResource",
        PARAMETERS,
        ("here", "of nobody else"),
        when="parameters",
    ),
    Grant(
        "DeleteParameters",
        (DESTROYER,),
        "ssm:DeleteParameter",
        PARAMETERS,
        ("here", "ours"),
        when="parameters",
    ),
)

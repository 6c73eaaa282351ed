# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reads of the least-privilege policies, and the run lock."""

from __future__ import annotations

from ansible_collections.mtk.backend.plugins.module_utils.domain._access_grants import (
    BUILDER,
    DESTROYER,
    FLOW_POLICY,
    FLOW_ROLE,
    LOCKS,
    MONITORING_ROLE,
    PARAMETERS,
    PLANNER,
    SECRET,
    WRITERS,
    Grant,
)

# The reads of a plan and of a report. Drift and destroy look in every region of the account, so that nothing stays
# there unseen: those reads have no condition on the region. None of these actions returns a secret or an item.
READS = (
    Grant(
        "ReadInEveryRegion",
        (PLANNER,),
        "tag:GetResources ec2:DescribeRegions ec2:DescribeAddresses"
        " ec2:DescribeEgressOnlyInternetGateways"
        " ec2:DescribeFlowLogs ec2:DescribeInternetGateways ec2:DescribeIpamPools ec2:DescribeIpams"
        " ec2:DescribeNatGateways ec2:DescribeNetworkAcls ec2:DescribeNetworkInterfaces ec2:DescribeRouteTables"
        " ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcEndpoints ec2:DescribeVpcPeeringConnections"
        " ec2:DescribeVpcs ec2:DescribeVpnGateways rds:DescribeDBClusterAutomatedBackups"
        " rds:DescribeDBClusterParameterGroups rds:DescribeDBClusterSnapshots rds:DescribeDBClusters"
        " rds:DescribeDBInstances rds:DescribeDBParameterGroups rds:DescribeDBSubnetGroups rds:DescribeGlobalClusters"
        " dynamodb:ListTables dynamodb:DescribeTable dynamodb:ListBackups dynamodb:DescribeBackup"
        " logs:DescribeLogGroups kms:DescribeKey kms:ListAliases secretsmanager:ListSecrets"
        " application-autoscaling:DescribeScalableTargets iam:ListPolicies",
    ),
    Grant(
        "ReadInOurRegions",
        (PLANNER,),
        "ec2:DescribeAccountAttributes ec2:DescribeAvailabilityZones ec2:DescribeSecurityGroupRules"
        " ec2:DescribeVpcAttribute ec2:GetIpamPoolAllocations ec2:GetIpamPoolCidrs rds:DescribeAccountAttributes"
        " rds:DescribeDBClusterParameters rds:DescribeDBClusterSnapshotAttributes rds:DescribeDBEngineVersions"
        " rds:DescribeDBParameters rds:DescribeEngineDefaultClusterParameters rds:DescribeEngineDefaultParameters"
        " rds:DescribeEvents rds:DescribeOrderableDBInstanceOptions rds:ListTagsForResource"
        " dynamodb:DescribeContinuousBackups dynamodb:DescribeContributorInsights dynamodb:DescribeTimeToLive"
        " dynamodb:GetResourcePolicy dynamodb:ListTagsOfResource logs:ListTagsForResource"
        " kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListKeys kms:ListResourceTags"
        " application-autoscaling:DescribeScalingPolicies",
        conditions=("here",),
    ),
    Grant(
        "ReadSecretSettings",
        (PLANNER,),
        "secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy",
        (SECRET,),
    ),
    Grant(
        "ReadFlowLogRole",
        (PLANNER,),
        "iam:GetRole iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole"
        " iam:ListRolePolicies iam:GetPolicy iam:GetPolicyVersion iam:ListEntitiesForPolicy iam:ListPolicyVersions",
        (FLOW_ROLE, FLOW_POLICY),
        of="ipam_vpc",
    ),
    Grant(
        "ReadMonitoringRole",
        (PLANNER,),
        "iam:GetRole iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole"
        " iam:ListRolePolicies",
        (MONITORING_ROLE,),
        of="aurora",
    ),
    # Whether the boundary exists is asked before a role is created with it.
    Grant("ReadFlowLogBoundary", (PLANNER,), "iam:GetPolicy", ("{boundary}",), of="ipam_vpc", when="boundary"),
    Grant("ReadMonitoringBoundary", (PLANNER,), "iam:GetPolicy", ("{boundary}",), of="aurora", when="boundary"),
    # The parameters with the outputs, which are no secrets.
    Grant(
        "ReadParameters",
        (PLANNER,),
        "ssm:GetParametersByPath ssm:ListTagsForResource",
        ("ssm:{region}:parameter{parameters}", *PARAMETERS),
        ("here",),
        when="parameters",
    ),
)
LOCK = (
    Grant("RunLock", WRITERS, "dynamodb:GetItem dynamodb:PutItem", (LOCKS,), ("home", "our locks")),
    # A run that deletes reads this item before its first change. So whoever may not delete does no harm by trying.
    Grant("RightToDelete", (DESTROYER,), "dynamodb:GetItem", (LOCKS,), ("home", "right to delete")),
    Grant("CreateRunLocks", (BUILDER,), "dynamodb:CreateTable dynamodb:TagResource", (LOCKS,), ("home",)),
)

# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of the table of the least-privilege policies: grants, their holders, resources and conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Union

PLANNER, BUILDER, OPERATOR, DESTROYER = HOLDERS = ("planner", "builder", "operator", "destroyer")
WRITERS = (BUILDER, OPERATOR, DESTROYER)  # those that take the run lock
CHANGERS = (BUILDER, OPERATOR)


@dataclass(frozen=True)
class Grant:
    """A statement: actions, resources as ``service:region:resource`` and names of :data:`CONDITIONS`.

    ``of`` names the role of this collection whose IAM path and permissions boundary count. ``when`` limits a grant to
    environments with (``boundary``) or without (``no boundary``) that permissions boundary, or with a path of the SSM
    parameters (``parameters``).
    """

    sid: str
    holders: tuple[str, ...]
    actions: str
    resources: tuple[str, ...] = ("*",)
    conditions: tuple[str, ...] = ()
    of: str = ""
    when: str = "always"


_Value = Union[str, Sequence[str]]
# RDS chooses the names of the secrets that it manages, and tags them with their cluster.
_OF_CLUSTER = "aws:ResourceTag/aws:rds:primaryDBClusterArn"
_CLUSTER_ARN = "arn:{partition}:rds:{region}:{account}:cluster:{aurora_cluster}"
CONDITIONS: Mapping[str, Mapping[str, Mapping[str, _Value]]] = {
    "here": {"StringEquals": {"aws:RequestedRegion": ["{region}"]}},
    "home": {"StringEquals": {"aws:RequestedRegion": ["{home}"]}},
    "global": {"StringEquals": {"aws:RequestedRegion": ["{global_region}"]}},
    # The tag of the environment: in the request, and on the resource. Environments share the IPAM and its pools.
    "made": {"StringEquals": {"aws:RequestTag/mtk:environment": "{environment}"}},
    "made or shared": {"StringEquals": {"aws:RequestTag/mtk:environment": ["{environment}", "shared"]}},
    "ours": {"StringEquals": {"aws:ResourceTag/mtk:environment": "{environment}"}},
    "ours or shared": {"StringEquals": {"aws:ResourceTag/mtk:environment": ["{environment}", "shared"]}},
    "of nobody else": {"StringEqualsIfExists": {"aws:ResourceTag/mtk:environment": "{environment}"}},
    "untagged": {"Null": {"aws:ResourceTag/mtk:environment": "true"}},
    "shared": {"StringEquals": {"aws:ResourceTag/mtk:environment": "shared"}},
    "of our cluster": {"StringEquals": {_OF_CLUSTER: [_CLUSTER_ARN]}},
    "of no other cluster": {"StringEqualsIfExists": {_OF_CLUSTER: [_CLUSTER_ARN]}},
    "keeps owner": {"StringEqualsIfExists": {"aws:RequestTag/mtk:environment": "{environment}"}},
    "keeps shared": {"StringEqualsIfExists": {"aws:RequestTag/mtk:environment": "shared"}},
    # ForAllValues holds without keys, and ec2:DeleteTags without keys removes all tags.
    "keeps owner's key": {
        "ForAllValues:StringNotEquals": {"aws:TagKeys": ["mtk:environment"]},
        "Null": {"aws:TagKeys": "false"},
    },
    "on creation": {
        "StringEquals": {
            "ec2:CreateAction": [
                "AllocateAddress",
                "AuthorizeSecurityGroupEgress",
                "AuthorizeSecurityGroupIngress",
                "CreateFlowLogs",
                "CreateInternetGateway",
                "CreateIpam",
                "CreateIpamPool",
                "CreateNatGateway",
                "CreateRouteTable",
                "CreateSecurityGroup",
                "CreateSubnet",
                "CreateVpc",
                "CreateVpcEndpoint",
            ]
        }
    },
    # GetItem and PutItem always name the key. As long as the table does not exist, AWS cannot know that it is the key.
    "our locks": {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["environment/{environment}", "shared/*"]},
    },
    "right to delete": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["destruction/{environment}"]}},
    "grant for a service": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
    "through a service": {
        "StringEquals": {
            "kms:ViaService": [
                "rds.{region}.{suffix}",
                "dynamodb.{region}.{suffix}",
                "secretsmanager.{region}.{suffix}",
            ]
        }
    },
    "to flow logs": {"StringEquals": {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"}},
    "to monitoring": {"StringEquals": {"iam:PassedToService": "monitoring.rds.amazonaws.com"}},
    "flow log policy": {"ArnEquals": {"iam:PolicyARN": "arn:{partition}:iam::{account}:policy{path}{flow_log_policy}"}},
    "monitoring policy": {
        "ArnEquals": {"iam:PolicyARN": "arn:{partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"}
    },
    "bounded": {"StringEquals": {"iam:PermissionsBoundary": "{boundary}"}},
    "for linked roles": {"StringEquals": {"iam:AWSServiceName": ["{linked_service}"]}},
    "of DynamoDB": {"StringEquals": {"application-autoscaling:service-namespace": "dynamodb"}},
}
# The services that create a role of their own at the first use in an account.
LINKED_SERVICES = (
    "contributorinsights.dynamodb.amazonaws.com",
    "dynamodb.application-autoscaling.amazonaws.com",
    "ipam.amazonaws.com",
    "rds.amazonaws.com",
    "replication.dynamodb.amazonaws.com",
)

CLUSTER = "rds:{region}:cluster:{aurora_cluster}"
INSTANCES = "rds:{region}:db:{aurora_instance}"
CLUSTER_PARAMETERS = "rds:{region}:cluster-pg:{aurora_cluster_parameter_group}-*"
INSTANCE_PARAMETERS = "rds:{region}:pg:{aurora_instance_parameter_group}-*"
SUBNET_GROUP = "rds:{region}:subgrp:{aurora_subnet_group}"
SNAPSHOT = "rds:{region}:cluster-snapshot:{aurora_cluster}-*"
AUTOMATED = "rds:{region}:cluster-auto-backup:*"  # AWS chooses the id
GLOBAL = "rds::global-cluster:{aurora_global_cluster}"
DATABASE = (CLUSTER, INSTANCES, CLUSTER_PARAMETERS, INSTANCE_PARAMETERS, SUBNET_GROUP, GLOBAL)
TABLE = "dynamodb:*:table/{user_locations}"
LOCKS = "dynamodb:{home}:table/mtk_backend_run_locks"
SECRET = "secretsmanager:*:secret:{aurora_master_secret}*"
RDS_SECRET = "secretsmanager:*:secret:rds!cluster-*"
LOG_GROUPS = (
    "logs:{region}:log-group:{flow_log_group}*",
    "logs:{region}:log-group:/aws/rds/cluster/{aurora_cluster}/postgresql*",
)
KEYS = "kms:*:key/*"
ALIASES = ("kms:{region}:{network_key}", "kms:{region}:{aurora_key}", "kms:{region}:{dynamodb_key}")
FLOW_ROLE = "iam::role{path}{flow_log_role}"
FLOW_POLICY = "iam::policy{path}{flow_log_policy}"
MONITORING_ROLE = "iam::role{path}{aurora_monitoring_role}"
TARGETS = "application-autoscaling:*:scalable-target/*"
PARAMETERS = ("ssm:{region}:parameter{parameters}/*",)
IPAM = ("ec2::ipam/*", "ec2::ipam-pool/*")


def ec2(*types: str) -> tuple[str, ...]:
    return tuple(f"ec2:*:{name}/*" for name in types)

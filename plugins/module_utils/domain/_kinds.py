# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of resources: the key of each in the result of its module."""

from __future__ import annotations

KINDS = {
    "dynamodb_table": "table",
    "dynamodb_table_auto_scaling": "auto_scaling",
    "dynamodb_table_replica": "replica",
    "ec2_flow_log": "flow_log",
    "ec2_internet_gateway": "internet_gateway",
    "ec2_ipam": "ipam",
    "ec2_ipam_pool": "ipam_pool",
    "ec2_ipam_pool_allocation": "ipam_pool_allocation",
    "ec2_ipam_pool_cidr": "ipam_pool_cidr",
    "ec2_ipam_scope": "ipam_scope",
    "ec2_nat_gateway": "nat_gateway",
    "ec2_route_table": "route_table",
    "ec2_security_group": "security_group",
    "ec2_subnet": "subnet",
    "ec2_vpc": "vpc",
    "ec2_vpc_endpoint": "vpc_endpoint",
    "iam_managed_policy": "policy",
    "iam_role": "role",
    "kms_key": "key",
    "logs_log_group": "log_group",
    "rds_cluster": "db_cluster",
    "rds_cluster_param_group": "db_cluster_parameter_group",
    "rds_global_cluster": "global_cluster",
    "rds_instance": "db_instance",
    "rds_instance_param_group": "db_parameter_group",
    "rds_subnet_group": "db_subnet_group",
    "secretsmanager_secret": "secret",
}

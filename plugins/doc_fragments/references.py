# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options that name another resource by its id or by its name, and the rules for them."""

    DOCUMENTATION = r"""
options: {}
notes:
  - Give another resource by its id or by its name, for example C(vpc_id) or C(vpc_name), but not by both.
  - A name is looked up in the region of the task. It is the Name tag of an EC2 or IPAM resource, the group name of a
    security group and the role name of an IAM role. If several resources have the name, the module fails.
  - In check mode the id of a name that no resource has yet is V((known after apply\)), so that a plan is possible
    before the resource exists. Outside check mode the resource must exist when a change needs its id.
"""

    VPC = r"""
options:
  vpc_id:
    description: The id of the VPC.
    type: str
  vpc_name:
    description: The Name tag of the VPC, instead of O(vpc_id).
    type: str
"""

    SUBNET = r"""
options:
  subnet_id:
    description: The id of the subnet.
    type: str
  subnet_name:
    description: The Name tag of the subnet, instead of O(subnet_id).
    type: str
"""

    SUBNETS = r"""
options:
  subnet_ids:
    description: The ids of all subnets. If not given, the subnets are not changed.
    type: list
    elements: str
  subnet_names:
    description: The Name tags of all subnets, instead of O(subnet_ids).
    type: list
    elements: str
"""

    ROUTE_TABLES = r"""
options:
  route_table_ids:
    description: The ids of all route tables. If not given, the route tables are not changed.
    type: list
    elements: str
  route_table_names:
    description: The Name tags of all route tables, instead of O(route_table_ids).
    type: list
    elements: str
"""

    IPAM = r"""
options:
  ipam_id:
    description: The id of the IPAM.
    type: str
  ipam_name:
    description: The Name tag of the IPAM, instead of O(ipam_id).
    type: str
"""

    IPAM_SCOPE = r"""
options:
  ipam_scope_id:
    description: The id of the scope.
    type: str
  ipam_scope_name:
    description: The Name tag of the scope, instead of O(ipam_scope_id).
    type: str
  ipam_name:
    description: The Name tag of the IPAM whose default private scope is the scope, instead of O(ipam_scope_id).
    type: str
"""

    IPAM_POOL = r"""
options:
  ipam_pool_id:
    description: The id of the pool.
    type: str
  ipam_pool_name:
    description: The Name tag of the pool, instead of O(ipam_pool_id).
    type: str
"""

    SOURCE_IPAM_POOL = r"""
options:
  source_ipam_pool_id:
    description: The id of the source pool, from which the pool gets its addresses. A top pool has none.
    type: str
  source_ipam_pool_name:
    description: The Name tag of the source pool, instead of O(source_ipam_pool_id).
    type: str
"""

    IPV4_IPAM_POOL = r"""
options:
  ipv4_ipam_pool_id:
    description: The id of the pool from which the block is allocated.
    type: str
  ipv4_ipam_pool_name:
    description: The Name tag of the pool, instead of O(ipv4_ipam_pool_id).
    type: str
"""

    VPC_SECURITY_GROUPS = r"""
options:
  vpc_security_group_ids:
    description: The ids of all security groups. If not given, the security groups are not changed.
    type: list
    elements: str
  vpc_security_group_names:
    description: The names of all security groups, instead of O(vpc_security_group_ids). Requires O(vpc_name).
    type: list
    elements: str
  vpc_name:
    description: The Name tag of the VPC of O(vpc_security_group_names).
    type: str
"""

    MONITORING_ROLE = r"""
options:
  monitoring_role_arn:
    description: The ARN of the role that RDS uses for Enhanced Monitoring.
    type: str
  monitoring_role_name:
    description: The name of the role, instead of O(monitoring_role_arn).
    type: str
"""

# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grants of the least-privilege policies for the IAM roles that the collection makes."""

from __future__ import annotations

from ansible_collections.mtk.backend.plugins.module_utils.domain._access_grants import (
    BUILDER,
    CHANGERS,
    DESTROYER,
    FLOW_POLICY,
    FLOW_ROLE,
    MONITORING_ROLE,
    Grant,
)

ROLES = (
    Grant(
        "CreateFlowLogRole",
        (BUILDER,),
        "iam:CreateRole",
        (FLOW_ROLE,),
        of="ipam_vpc",
        when="no boundary",
    ),
    Grant(
        "CreateFlowLogRole",
        (BUILDER,),
        "iam:CreateRole iam:PutRolePermissionsBoundary",
        (FLOW_ROLE,),
        ("bounded",),
        of="ipam_vpc",
        when="boundary",
    ),
    Grant(
        "UnboundFlowLogRole",
        (BUILDER,),
        "iam:DeleteRolePermissionsBoundary",
        (FLOW_ROLE,),
        of="ipam_vpc",
        when="no boundary",
    ),
    Grant(
        "ChangeFlowLogRole",
        (BUILDER,),
        "iam:CreatePolicy iam:CreatePolicyVersion iam:DeletePolicyVersion iam:DeleteRolePolicy"
        " iam:DetachRolePolicy iam:UpdateAssumeRolePolicy iam:UpdateRole",
        (FLOW_ROLE, FLOW_POLICY),
        of="ipam_vpc",
    ),
    Grant(
        "TagFlowLogRole",
        CHANGERS,
        "iam:TagPolicy iam:TagRole iam:UntagPolicy iam:UntagRole",
        (FLOW_ROLE, FLOW_POLICY),
        of="ipam_vpc",
    ),
    Grant("TagMonitoringRole", CHANGERS, "iam:TagRole iam:UntagRole", (MONITORING_ROLE,), of="aurora"),
    Grant("AttachFlowLogPolicy", (BUILDER,), "iam:AttachRolePolicy", (FLOW_ROLE,), ("flow log policy",), "ipam_vpc"),
    Grant("PassFlowLogRole", (BUILDER,), "iam:PassRole", (FLOW_ROLE,), ("to flow logs",), "ipam_vpc"),
    Grant(
        "CreateMonitoringRole",
        (BUILDER,),
        "iam:CreateRole",
        (MONITORING_ROLE,),
        of="aurora",
        when="no boundary",
    ),
    Grant(
        "CreateMonitoringRole",
        (BUILDER,),
        "iam:CreateRole iam:PutRolePermissionsBoundary",
        (MONITORING_ROLE,),
        ("bounded",),
        of="aurora",
        when="boundary",
    ),
    Grant(
        "UnboundMonitoringRole",
        (BUILDER,),
        "iam:DeleteRolePermissionsBoundary",
        (MONITORING_ROLE,),
        of="aurora",
        when="no boundary",
    ),
    Grant(
        "ChangeMonitoringRole",
        (BUILDER,),
        "iam:DeleteRolePolicy iam:DetachRolePolicy iam:UpdateAssumeRolePolicy iam:UpdateRole",
        (MONITORING_ROLE,),
        of="aurora",
    ),
    Grant(
        "AttachMonitoringPolicy",
        (BUILDER,),
        "iam:AttachRolePolicy",
        (MONITORING_ROLE,),
        ("monitoring policy",),
        "aurora",
    ),
    Grant("PassMonitoringRole", CHANGERS, "iam:PassRole", (MONITORING_ROLE,), ("to monitoring",), "aurora"),
    Grant(
        "CreateLinkedRoles",
        (BUILDER,),
        "iam:CreateServiceLinkedRole",
        ("iam::role/aws-service-role/{linked_service}/*",),
        ("for linked roles",),
    ),
    Grant(
        "DeleteFlowLogRole",
        (DESTROYER,),
        "iam:DeletePolicy iam:DeletePolicyVersion iam:DeleteRole iam:DeleteRolePolicy iam:DetachRolePolicy",
        (FLOW_ROLE, FLOW_POLICY),
        of="ipam_vpc",
    ),
    Grant(
        "DeleteMonitoringRole",
        (DESTROYER,),
        "iam:DeleteRole iam:DeleteRolePolicy iam:DetachRolePolicy",
        (MONITORING_ROLE,),
        of="aurora",
    ),
)

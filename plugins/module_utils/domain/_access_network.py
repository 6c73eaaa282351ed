# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grants of the least-privilege policies for the network and its address plan."""

from __future__ import annotations

from ansible_collections.mtk.backend.plugins.module_utils.domain._access_grants import (
    BUILDER,
    CHANGERS,
    DESTROYER,
    IPAM,
    Grant,
    ec2,
)

_TYPES = ec2(
    "elastic-ip",
    "internet-gateway",
    "natgateway",
    "route-table",
    "security-group",
    "subnet",
    "vpc",
    "vpc-endpoint",
    "vpc-flow-log",
)
_TAGGED = (*_TYPES, *IPAM)
NETWORK = (
    Grant(
        "CreateNetwork",
        (BUILDER,),
        "ec2:CreateVpc ec2:CreateInternetGateway ec2:AllocateAddress",
        ec2("vpc", "internet-gateway", "elastic-ip"),
        ("here", "made"),
    ),
    # In two statements, since a subnet and a route table are new to the first and exist before the second.
    Grant(
        "CreateInVpc",
        (BUILDER,),
        "ec2:CreateSubnet ec2:CreateRouteTable ec2:CreateSecurityGroup",
        ec2("subnet", "route-table", "security-group"),
        ("here", "made"),
    ),
    Grant(
        "CreateInSubnets",
        (BUILDER,),
        "ec2:CreateNatGateway ec2:CreateVpcEndpoint ec2:CreateFlowLogs",
        ec2("natgateway", "vpc-endpoint", "vpc-flow-log"),
        ("here", "made"),
    ),
    Grant(
        "CreateAddressPlan",
        (BUILDER,),
        "ec2:CreateIpam ec2:CreateIpamPool",
        IPAM,
        ("home", "made or shared"),
    ),
    # AWS creates the scopes of an IPAM without tags.
    Grant("CreatePoolsInScopes", (BUILDER,), "ec2:CreateIpamPool", ("ec2::ipam-scope/*",), ("home",)),
    Grant(
        "CreateInOurs",
        (BUILDER,),
        "ec2:CreateVpc ec2:CreateSubnet ec2:CreateRouteTable ec2:CreateSecurityGroup ec2:CreateNatGateway"
        " ec2:CreateVpcEndpoint ec2:CreateFlowLogs",
        (*ec2("vpc", "subnet", "route-table", "elastic-ip"), "ec2::ipam-pool/*"),
        ("here", "ours"),
    ),
    Grant(
        "TagOnCreation",
        (BUILDER,),
        "ec2:CreateTags",
        (*_TAGGED, *ec2("security-group-rule")),
        ("here", "on creation"),
    ),
    Grant(
        "ChangeNetwork",
        (BUILDER,),
        "ec2:AssociateRouteTable ec2:AttachInternetGateway ec2:AuthorizeSecurityGroupEgress"
        " ec2:AuthorizeSecurityGroupIngress ec2:CreateRoute ec2:DeleteRoute ec2:DetachInternetGateway"
        " ec2:DisassociateRouteTable ec2:ModifySubnetAttribute ec2:ModifyVpcAttribute ec2:ModifyVpcEndpoint"
        " ec2:ReplaceNetworkAclAssociation ec2:ReplaceRoute ec2:ReplaceRouteTableAssociation"
        " ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress"
        " ec2:UpdateSecurityGroupRuleDescriptionsEgress ec2:UpdateSecurityGroupRuleDescriptionsIngress",
        ec2("internet-gateway", "route-table", "security-group", "subnet", "vpc", "vpc-endpoint"),
        ("here", "ours"),
    ),
    # AWS asks for a new rule that gets a tag, too. Whose the security group is, ChangeNetwork says.
    Grant(
        "CreateRules",
        (BUILDER,),
        "ec2:AuthorizeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress",
        ec2("security-group-rule"),
        ("here",),
    ),
    # An apply deletes a failed NAT gateway, and one that no route uses any more.
    Grant(
        "ReplaceNatGateways",
        (BUILDER,),
        "ec2:DeleteNatGateway ec2:ReleaseAddress",
        ec2("natgateway", "elastic-ip"),
        ("here", "ours"),
    ),
    # AWS creates the default security group and the default network ACL of a VPC without tags.
    Grant(
        "EmptyDefaultGroups",
        (BUILDER,),
        "ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress",
        ec2("security-group"),
        ("here", "untagged"),
    ),
    Grant(
        "RepairDefaultNetworkAcls",
        (BUILDER,),
        "ec2:CreateNetworkAclEntry ec2:DeleteNetworkAclEntry ec2:ReplaceNetworkAclAssociation"
        " ec2:ReplaceNetworkAclEntry",
        ec2("network-acl"),
        ("here", "untagged"),
    ),
    Grant(
        "ChangeAddressPlan",
        (BUILDER,),
        "ec2:AllocateIpamPoolCidr ec2:ModifyIpam ec2:ModifyIpamPool ec2:ProvisionIpamPoolCidr"
        " ec2:ReleaseIpamPoolAllocation",
        IPAM,
        ("here", "ours or shared"),
    ),
    # AWS's reference names no resource of this action: an allocation is no resource with an ARN.
    Grant("DescribeReservations", (BUILDER,), "ec2:ModifyIpamPoolAllocation", conditions=("here",)),
    # Two statements for tags: what is shared may not become that of one environment.
    Grant("TagNetwork", CHANGERS, "ec2:CreateTags", _TAGGED, ("here", "ours", "keeps owner")),
    Grant("TagShared", CHANGERS, "ec2:CreateTags", IPAM, ("here", "shared", "keeps shared")),
    Grant("UntagNetwork", CHANGERS, "ec2:DeleteTags", _TAGGED, ("here", "ours or shared", "keeps owner's key")),
    Grant(
        "DeleteNetwork",
        (DESTROYER,),
        "ec2:DeleteFlowLogs ec2:DeleteInternetGateway ec2:DeleteNatGateway ec2:DeleteRouteTable"
        " ec2:DeleteSecurityGroup ec2:DeleteSubnet ec2:DeleteVpc ec2:DeleteVpcEndpoints ec2:DetachInternetGateway"
        " ec2:DisassociateRouteTable ec2:ReleaseAddress ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress",
        _TYPES,
        ("here", "ours"),
    ),
    Grant(
        "DeleteAddressPlan",
        (DESTROYER,),
        "ec2:DeleteIpam ec2:DeleteIpamPool ec2:DeprovisionIpamPoolCidr ec2:ReleaseIpamPoolAllocation",
        IPAM,
        ("here", "ours or shared"),
    ),
)

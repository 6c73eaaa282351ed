"""What is promised of EC2."""

from __future__ import annotations

from . import Rule, Service, ec2_ipam

_LIST = "DryRun Filters MaxResults NextToken"
OPERATIONS: dict[str, str] = {
    "AllocateAddress": "Domain DryRun TagSpecifications",
    "AssociateAddress": "AllocationId AllowReassociation DryRun NetworkInterfaceId",
    "AssociateRouteTable": "DryRun RouteTableId SubnetId",
    "AssociateVpcCidrBlock": "CidrBlock Ipv4IpamPoolId Ipv4NetmaskLength VpcId",
    "AttachInternetGateway": "DryRun InternetGatewayId VpcId",
    "AuthorizeSecurityGroupEgress": "DryRun GroupId IpPermissions TagSpecifications",
    "AuthorizeSecurityGroupIngress": "DryRun GroupId IpPermissions TagSpecifications",
    "CreateFlowLogs": (
        "ClientToken DeliverLogsPermissionArn DryRun LogDestination LogDestinationType LogFormat LogGroupName "
        "MaxAggregationInterval ResourceIds ResourceType TagSpecifications TrafficType"
    ),
    "CreateInternetGateway": "DryRun TagSpecifications",
    "CreateNatGateway": "AllocationId ClientToken ConnectivityType DryRun SubnetId TagSpecifications",
    "CreateNetworkInterface": "ClientToken Description DryRun Groups SubnetId TagSpecifications",
    "CreateRoute": "DestinationCidrBlock DryRun GatewayId NatGatewayId RouteTableId",
    "CreateRouteTable": "ClientToken DryRun TagSpecifications VpcId",
    "CreateSecurityGroup": "Description DryRun GroupName TagSpecifications VpcId",
    "CreateSubnet": (
        "AvailabilityZone AvailabilityZoneId CidrBlock DryRun Ipv4IpamPoolId Ipv4NetmaskLength TagSpecifications VpcId"
    ),
    "CreateTags": "DryRun Resources Tags",
    "CreateVpc": "CidrBlock DryRun InstanceTenancy Ipv4IpamPoolId Ipv4NetmaskLength TagSpecifications",
    "CreateVpcEndpoint": (
        "ClientToken DryRun PolicyDocument PrivateDnsEnabled RouteTableIds SecurityGroupIds ServiceName SubnetIds "
        "TagSpecifications VpcEndpointType VpcId"
    ),
    "DeleteFlowLogs": "DryRun FlowLogIds",
    "DeleteInternetGateway": "DryRun InternetGatewayId",
    "DeleteNatGateway": "DryRun NatGatewayId",
    "DeleteNetworkInterface": "DryRun NetworkInterfaceId",
    "DeleteRoute": "DestinationCidrBlock DestinationPrefixListId DryRun RouteTableId",
    "DeleteRouteTable": "DryRun RouteTableId",
    "DeleteSecurityGroup": "DryRun GroupId",
    "DeleteSubnet": "DryRun SubnetId",
    "DeleteTags": "DryRun Resources Tags",
    "DeleteVpc": "DryRun VpcId",
    "DeleteVpcEndpoints": "DryRun VpcEndpointIds",
    "DescribeAccountAttributes": "AttributeNames DryRun",
    "DescribeAddresses": "AllocationIds DryRun Filters PublicIps",
    "DescribeAvailabilityZones": "DryRun Filters ZoneIds ZoneNames",
    "DescribeDhcpOptions": f"{_LIST} DhcpOptionsIds",
    "DescribeFlowLogs": "DryRun Filter FlowLogIds MaxResults NextToken",
    "DescribeInternetGateways": f"{_LIST} InternetGatewayIds",
    "DescribeManagedPrefixLists": f"{_LIST} PrefixListIds",
    "DescribeNatGateways": "DryRun Filter MaxResults NatGatewayIds NextToken",
    "DescribeNetworkAcls": f"{_LIST} NetworkAclIds",
    "DescribeNetworkInterfaces": f"{_LIST} NetworkInterfaceIds",
    "DescribePrefixLists": f"{_LIST} PrefixListIds",
    "DescribeRegions": "AllRegions DryRun Filters RegionNames",
    "DescribeRouteTables": f"{_LIST} RouteTableIds",
    "DescribeSecurityGroupRules": f"{_LIST} SecurityGroupRuleIds",
    "DescribeSecurityGroups": f"{_LIST} GroupIds",
    "DescribeSubnets": f"{_LIST} SubnetIds",
    "DescribeTags": _LIST,
    "DescribeVpcAttribute": "Attribute DryRun VpcId",
    "DescribeVpcEndpointServices": "DryRun ServiceNames",
    "DescribeVpcEndpoints": f"{_LIST} VpcEndpointIds",
    "DescribeVpcs": f"{_LIST} VpcIds",
    "DetachInternetGateway": "DryRun InternetGatewayId VpcId",
    "DisassociateAddress": "AssociationId DryRun",
    "DisassociateRouteTable": "AssociationId DryRun",
    "DisassociateVpcCidrBlock": "AssociationId",
    "GetManagedPrefixListEntries": "DryRun MaxResults NextToken PrefixListId",
    "ModifySecurityGroupRules": "DryRun GroupId SecurityGroupRules",
    "ModifySubnetAttribute": "AssignIpv6AddressOnCreation MapPublicIpOnLaunch SubnetId",
    "ModifyVpcAttribute": "EnableDnsHostnames EnableDnsSupport EnableNetworkAddressUsageMetrics VpcId",
    "ModifyVpcEndpoint": (
        "AddRouteTableIds AddSecurityGroupIds AddSubnetIds DryRun PolicyDocument PrivateDnsEnabled "
        "RemoveRouteTableIds RemoveSecurityGroupIds RemoveSubnetIds ResetPolicy VpcEndpointId"
    ),
    "ModifyVpcTenancy": "DryRun InstanceTenancy VpcId",
    "ReleaseAddress": "AllocationId DryRun",
    "ReplaceRoute": "DestinationCidrBlock DryRun GatewayId NatGatewayId RouteTableId",
    "ReplaceRouteTableAssociation": "AssociationId DryRun RouteTableId",
    "RevokeSecurityGroupEgress": "DryRun GroupId IpPermissions SecurityGroupRuleIds",
    "RevokeSecurityGroupIngress": "DryRun GroupId IpPermissions SecurityGroupRuleIds",
    "UpdateSecurityGroupRuleDescriptionsEgress": "DryRun GroupId IpPermissions",
    "UpdateSecurityGroupRuleDescriptionsIngress": "DryRun GroupId IpPermissions",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("EC2: IPAM and VPC", {**ec2_ipam.OPERATIONS, **OPERATIONS}, (*ec2_ipam.RULES, *RULES))

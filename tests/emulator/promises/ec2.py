"""What is promised of EC2."""

from __future__ import annotations

from . import Rule, Service, ec2_ipam

OPERATIONS: dict[str, str] = {
    "AllocateAddress": "Domain DryRun TagSpecifications",
    "AssociateRouteTable": "RouteTableId SubnetId",
    "AssociateVpcCidrBlock": "Ipv4IpamPoolId Ipv4NetmaskLength VpcId",
    "AttachInternetGateway": "InternetGatewayId VpcId",
    "AuthorizeSecurityGroupEgress": "GroupId IpPermissions",
    "AuthorizeSecurityGroupIngress": "GroupId IpPermissions",
    "CreateFlowLogs": (
        "DeliverLogsPermissionArn LogDestination LogDestinationType LogGroupName MaxAggregationInterval "
        "ResourceIds ResourceType TagSpecifications TrafficType"
    ),
    "CreateInternetGateway": "DryRun TagSpecifications",
    "CreateNatGateway": "AllocationId ClientToken ConnectivityType DryRun SecondaryAllocationIds SubnetId TagSpecifications",
    "CreateNetworkInterface": "ClientToken SubnetId",
    "CreateRoute": "DestinationCidrBlock GatewayId NatGatewayId RouteTableId",
    "CreateRouteTable": "ClientToken DryRun TagSpecifications VpcId",
    "CreateSecurityGroup": "Description DryRun GroupName TagSpecifications VpcId",
    "CreateSubnet": (
        "AvailabilityZone AvailabilityZoneId CidrBlock DryRun Ipv4IpamPoolId Ipv4NetmaskLength TagSpecifications VpcId"
    ),
    "CreateTags": "Resources Tags",
    "CreateVpc": "CidrBlock DryRun InstanceTenancy Ipv4IpamPoolId Ipv4NetmaskLength TagSpecifications",
    "CreateVpcEndpoint": (
        "DryRun PolicyDocument PrivateDnsEnabled RouteTableIds SecurityGroupIds ServiceName SubnetIds "
        "TagSpecifications VpcEndpointType VpcId"
    ),
    "DeleteFlowLogs": "FlowLogIds",
    "DeleteInternetGateway": "InternetGatewayId",
    "DeleteNatGateway": "NatGatewayId",
    "DeleteNetworkInterface": "NetworkInterfaceId",
    "DeleteRoute": "DestinationCidrBlock DestinationPrefixListId RouteTableId",
    "DeleteRouteTable": "RouteTableId",
    "DeleteSecurityGroup": "GroupId",
    "DeleteSubnet": "SubnetId",
    "DeleteTags": "Resources Tags",
    "DeleteVpc": "VpcId",
    "DeleteVpcEndpoints": "VpcEndpointIds",
    "DescribeAddresses": "AllocationIds Filters",
    "DescribeAvailabilityZones": "",
    "DescribeFlowLogs": "Filter",
    "DescribeInternetGateways": "Filters InternetGatewayIds",
    "DescribeNatGateways": "Filter NatGatewayIds",
    "DescribeRouteTables": "Filters RouteTableIds",
    "DescribeSecurityGroups": "Filters GroupIds",
    "DescribeSubnets": "Filters SubnetIds",
    "DescribeTags": "Filters",
    "DescribeVpcAttribute": "Attribute VpcId",
    "DescribeVpcEndpoints": "",
    "DescribeVpcs": "Filters VpcIds",
    "DetachInternetGateway": "InternetGatewayId VpcId",
    "DisassociateRouteTable": "AssociationId",
    "DisassociateVpcCidrBlock": "AssociationId",
    "ModifySubnetAttribute": "AssignIpv6AddressOnCreation MapPublicIpOnLaunch SubnetId",
    "ModifyVpcAttribute": "EnableDnsHostnames EnableDnsSupport VpcId",
    "ModifyVpcEndpoint": "AddRouteTableIds PolicyDocument RemoveRouteTableIds RemoveSubnetIds VpcEndpointId",
    "ReleaseAddress": "AllocationId",
    "ReplaceRoute": "DestinationCidrBlock NatGatewayId RouteTableId",
    "ReplaceRouteTableAssociation": "AssociationId RouteTableId",
    "RevokeSecurityGroupEgress": "GroupId IpPermissions",
    "RevokeSecurityGroupIngress": "GroupId IpPermissions",
    "UpdateSecurityGroupRuleDescriptionsIngress": "GroupId IpPermissions",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("EC2: IPAM and VPC", {**ec2_ipam.OPERATIONS, **OPERATIONS}, (*ec2_ipam.RULES, *RULES))

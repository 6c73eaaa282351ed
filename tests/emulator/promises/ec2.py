"""What is promised of EC2: IPAM and VPC."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "AllocateAddress": "Domain DryRun TagSpecifications",
    "AllocateIpamPoolCidr": (
        "AllowedCidrs Cidr ClientToken Description DisallowedCidrs IpamPoolId NetmaskLength PreviewNextCidr "
        "TagSpecifications"
    ),
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
    "CreateIpam": "ClientToken Description DryRun OperatingRegions TagSpecifications Tier",
    "CreateIpamPool": (
        "AddressFamily AllocationDefaultNetmaskLength AllocationMaxNetmaskLength AllocationMinNetmaskLength "
        "AllocationResourceTags AutoImport ClientToken Description IpamScopeId Locale PublicIpSource "
        "SourceIpamPoolId TagSpecifications"
    ),
    "CreateIpamScope": "ClientToken Description IpamId TagSpecifications",
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
    "DeleteIpam": "Cascade IpamId",
    "DeleteIpamPool": "Cascade IpamPoolId",
    "DeleteIpamScope": "IpamScopeId",
    "DeleteNatGateway": "NatGatewayId",
    "DeleteNetworkInterface": "NetworkInterfaceId",
    "DeleteRoute": "DestinationCidrBlock DestinationPrefixListId RouteTableId",
    "DeleteRouteTable": "RouteTableId",
    "DeleteSecurityGroup": "GroupId",
    "DeleteSubnet": "SubnetId",
    "DeleteTags": "Resources Tags",
    "DeleteVpc": "VpcId",
    "DeleteVpcEndpoints": "VpcEndpointIds",
    "DeprovisionIpamPoolCidr": "Cidr IpamPoolId",
    "DescribeAddresses": "AllocationIds Filters",
    "DescribeAvailabilityZones": "",
    "DescribeFlowLogs": "Filter",
    "DescribeInternetGateways": "Filters InternetGatewayIds",
    "DescribeIpamPoolAllocations": "IpamPoolAllocationIds",
    "DescribeIpamPools": "Filters IpamPoolIds MaxResults",
    "DescribeIpamScopes": "IpamScopeIds",
    "DescribeIpams": "Filters IpamIds",
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
    "GetIpamPoolAllocations": "IpamPoolAllocationId IpamPoolId",
    "GetIpamPoolCidrs": "IpamPoolId",
    "GetIpamResourceCidrs": "IpamScopeId ResourceId",
    "ModifyIpam": "AddOperatingRegions Description IpamId RemoveOperatingRegions Tier",
    "ModifyIpamPool": (
        "AddAllocationResourceTags AllocationDefaultNetmaskLength AllocationMaxNetmaskLength "
        "AllocationMinNetmaskLength AutoImport ClearAllocationDefaultNetmaskLength Description IpamPoolId "
        "RemoveAllocationResourceTags"
    ),
    "ModifyIpamPoolAllocation": "Description IpamPoolAllocationId",
    "ModifyIpamResourceCidr": "CurrentIpamScopeId Monitored ResourceCidr ResourceId ResourceRegion",
    "ModifyIpamScope": "Description IpamScopeId",
    "ModifySubnetAttribute": "AssignIpv6AddressOnCreation MapPublicIpOnLaunch SubnetId",
    "ModifyVpcAttribute": "EnableDnsHostnames EnableDnsSupport VpcId",
    "ModifyVpcEndpoint": "AddRouteTableIds PolicyDocument RemoveRouteTableIds RemoveSubnetIds VpcEndpointId",
    "ProvisionIpamPoolCidr": "Cidr ClientToken IpamPoolId NetmaskLength",
    "ReleaseAddress": "AllocationId",
    "ReleaseIpamPoolAllocation": "Cidr IpamPoolAllocationId IpamPoolId",
    "ReplaceRoute": "DestinationCidrBlock NatGatewayId RouteTableId",
    "ReplaceRouteTableAssociation": "AssociationId RouteTableId",
    "RevokeSecurityGroupEgress": "GroupId IpPermissions",
    "RevokeSecurityGroupIngress": "GroupId IpPermissions",
    "UpdateSecurityGroupRuleDescriptionsIngress": "GroupId IpPermissions",
}
RULES: tuple[Rule, ...] = ()
SERVICE = Service("EC2: IPAM and VPC", OPERATIONS, RULES)

"""What is promised of EC2: IPAM."""

from __future__ import annotations

from . import Rule

OPERATIONS: dict[str, str] = {
    "AllocateIpamPoolCidr": (
        "AllowedCidrs Cidr ClientToken Description DisallowedCidrs IpamPoolId NetmaskLength PreviewNextCidr "
        "TagSpecifications"
    ),
    "CreateIpam": "ClientToken Description DryRun OperatingRegions TagSpecifications Tier",
    "CreateIpamPool": (
        "AddressFamily AllocationDefaultNetmaskLength AllocationMaxNetmaskLength AllocationMinNetmaskLength "
        "AllocationResourceTags AutoImport ClientToken Description IpamScopeId Locale PublicIpSource "
        "SourceIpamPoolId TagSpecifications"
    ),
    "CreateIpamScope": "ClientToken Description IpamId TagSpecifications",
    "DeleteIpam": "Cascade IpamId",
    "DeleteIpamPool": "Cascade IpamPoolId",
    "DeleteIpamScope": "IpamScopeId",
    "DeprovisionIpamPoolCidr": "Cidr IpamPoolId",
    "DescribeIpamPoolAllocations": "IpamPoolAllocationIds",
    "DescribeIpamPools": "Filters IpamPoolIds MaxResults",
    "DescribeIpamScopes": "IpamScopeIds",
    "DescribeIpams": "Filters IpamIds",
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
    "ProvisionIpamPoolCidr": "Cidr ClientToken IpamPoolId NetmaskLength",
    "ReleaseIpamPoolAllocation": "Cidr IpamPoolAllocationId IpamPoolId",
}
RULES: tuple[Rule, ...] = ()

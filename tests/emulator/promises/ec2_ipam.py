"""The rules of EC2's IPAM."""

from __future__ import annotations

from . import Rule

_PAGED = "DryRun Filters MaxResults NextToken"
OPERATIONS: dict[str, str] = {
    "AllocateIpamPoolCidr": (
        "AllowedCidrs Cidr ClientToken Description DisallowedCidrs DryRun IpamPoolId NetmaskLength PreviewNextCidr "
        "TagSpecifications"
    ),
    "CreateIpam": "ClientToken Description DryRun OperatingRegions TagSpecifications Tier",
    "CreateIpamPool": (
        "AddressFamily AllocationDefaultNetmaskLength AllocationMaxNetmaskLength AllocationMinNetmaskLength "
        "AllocationResourceTags AutoImport ClientToken Description DryRun IpamScopeId Locale SourceIpamPoolId "
        "TagSpecifications"
    ),
    "CreateIpamScope": "ClientToken Description DryRun IpamId TagSpecifications",
    "DeleteIpam": "Cascade DryRun IpamId",
    "DeleteIpamPool": "Cascade DryRun IpamPoolId",
    "DeleteIpamScope": "DryRun IpamScopeId",
    "DeprovisionIpamPoolCidr": "Cidr DryRun IpamPoolId",
    "DescribeIpamPoolAllocations": f"{_PAGED} IpamPoolAllocationIds",
    "DescribeIpamPools": f"{_PAGED} IpamPoolIds",
    "DescribeIpamScopes": f"{_PAGED} IpamScopeIds",
    "DescribeIpams": f"{_PAGED} IpamIds",
    "GetIpamPoolAllocations": f"{_PAGED} IpamPoolAllocationId IpamPoolId",
    "GetIpamPoolCidrs": f"{_PAGED} IpamPoolId",
    "GetIpamResourceCidrs": f"{_PAGED} IpamPoolId IpamScopeId ResourceId ResourceOwner ResourceTag ResourceType",
    "ModifyIpam": "AddOperatingRegions Description DryRun IpamId RemoveOperatingRegions Tier",
    "ModifyIpamPool": (
        "AddAllocationResourceTags AllocationDefaultNetmaskLength AllocationMaxNetmaskLength "
        "AllocationMinNetmaskLength AutoImport ClearAllocationDefaultNetmaskLength Description DryRun IpamPoolId "
        "RemoveAllocationResourceTags"
    ),
    "ModifyIpamPoolAllocation": "Description DryRun IpamPoolAllocationId",
    "ModifyIpamScope": "Description DryRun IpamScopeId",
    "ProvisionIpamPoolCidr": "Cidr ClientToken DryRun IpamPoolId NetmaskLength",
    "ReleaseIpamPoolAllocation": "Cidr DryRun IpamPoolAllocationId IpamPoolId",
}
RULES: tuple[Rule, ...] = (
    Rule("ipam-defaults", "CreateIpam creates a public and a private default scope and a default resource discovery with its association, and returns their ids. It also creates IPAM's service-linked role.", "B, G create-ipam"),
    Rule("ipam-default-scopes-stay", "DeleteIpamScope refuses a default scope (`OperationNotPermitted`).", "B, G; the code is known"),
    Rule("ipam-arns", "The ARNs of IPAMs, scopes and pools contain no Region. A pool names its scope and its IPAM only by their ARNs.", "B, G, T"),
    Rule("ipam-one-per-region", "A Region is the home of at most one IPAM (`ResourceLimitExceeded`). Other Regions do not find the IPAM (`InvalidIpamId.NotFound`).", "G quotas, I"),
    Rule("ipam-states", "A new object is `create-in-progress` for a while. AWS refuses changes until its state is final (`IncorrectState`).", "B, T, I"),
    Rule("ipam-modify-complete", "After a change the state of an object stays `modify-complete`.", "T"),
    Rule("ipam-state-message", "An IPAM or a pool whose creation, change or deletion failed shows this in its state, with the reason in `StateMessage`. After a failed creation it can only be deleted.", "B; the last part is known"),
    Rule("ipam-regions", "ModifyIpam adds and removes operating Regions. The home Region is always one of them, and Regions that AWS does not have are refused (`InvalidParameterValue`).", "B, C, T"),
    Rule("ipam-region-in-use", "ModifyIpam refuses to remove a Region that is the locale of a pool (`DependencyViolation`).", "known"),
    Rule("ipam-tier", "The default tier is `advanced`. An IPAM cannot become `free` while it has additional scopes or pools in private scopes, and a free IPAM cannot get them (`UnsupportedOperation`).", "B, G mod-ipam-tier; the code is known"),
    Rule("ipam-quotas", "An IPAM has at most 5 scopes, a scope at most 50 pools, and pools are nested at most 10 deep (`ResourceLimitExceeded`). The 51st CIDR of a pool ends as `failed-provision` with `limit-exceeded`.", "B, G quotas"),
    Rule("ipam-locale", "A locale must be an operating Region. A pool has the same locale as its source, if the source has one (`InvalidParameterValue`).", "G, B"),
    Rule("ipam-seen-in-locale", "Pools are listed in the home Region and in their locale. Only the home Region can change them (`InvalidIpamPoolId.NotFound`).", "G; the code is known"),
    Rule("ipam-take-in-locale", "Allocations are created and released in the pool's locale (`InvalidParameterValue`). CreateVpc refuses a pool with another locale or without one.", "B, G; the code is known"),
    Rule("ipam-netmask-rules", "Netmask lengths are 0 to 32 with minimum <= default <= maximum, and only the default can be cleared (`InvalidParameterValue`, `InvalidParameterCombination`).", "B, G"),
    Rule("ipam-rules-bind-allocations", "The rules of a pool apply to new allocations from the pool (`InvalidParameterValue`), not to the pools below it or to existing allocations.", "G"),
    Rule("ipam-resource-tags", "CreateVpc must set all tags that the pool requires (`InvalidParameterValue`).", "G, I; the code is known"),
    Rule("ipam-overlap-fails-later", "ProvisionIpamPoolCidr accepts a CIDR that overlaps another one of the same scope, or that is not free in the source pool. The CIDR then ends as `failed-provision` with `cidr-not-available`. Other scopes can contain the same CIDR.", "B, G"),
    Rule("ipam-carves", "A CIDR of a pool with a source is an allocation of type `ipam-pool` in the source. Deprovisioning the CIDR releases it.", "G, B"),
    Rule("ipam-netmask-cidr", "A CIDR requested by length needs a source pool (`InvalidParameterCombination`) and is unknown until it is provisioned.", "B, T"),
    Rule("ipam-not-filled", 'Nothing can be allocated before a CIDR is provisioned, or if no CIDR is large enough: `InvalidParameterValue`, "The allocation size is too big for the pool."', "I TF#39046"),
    Rule("ipam-deprovision-busy", "The deprovisioning of a CIDR with allocations ends as `failed-deprovision` with the reason, and can be repeated.", "T, I TF#30165"),
    Rule("ipam-deprovision-twice", "DeprovisionIpamPoolCidr refuses a CIDR that is deprovisioned or being deprovisioned (`IncorrectState`), and accepts one whose deprovisioning failed.", "T"),
    Rule("ipam-residue", "`GetIpamPoolCidrs` keeps listing CIDRs as `deprovisioned`. They do not prevent the deletion of the pool.", "T; the last part is known"),
    Rule("ipam-first-fit", "An allocation by length gets the lowest free aligned block, inside `AllowedCidrs` and outside `DisallowedCidrs`. Both need a `NetmaskLength` (`InvalidParameterCombination`).", "B; the order is known"),
    Rule("ipam-default-netmask", "AllocateIpamPoolCidr without `Cidr` and `NetmaskLength` uses the pool's default length, and is refused without a default (`InvalidParameterCombination`).", "B, I"),
    Rule("ipam-preview", "`PreviewNextCidr` returns the next block and reserves nothing.", "B"),
    Rule("ipam-never-twice", "Clients that allocate from a pool at the same time never get overlapping blocks.", "B"),
    Rule("ipam-release", 'ReleaseIpamPoolAllocation releases only custom allocations, and needs pool, CIDR and id together (`InvalidParameterCombination`, "No allocation found").', "B, G, T"),
    Rule("ipam-recycled-later", "A released block can be allocated again after some minutes (3 here).", "G release-alloc"),
    Rule("ipam-not-found", "An id that does not exist is refused with `InvalidIpam...Id.NotFound`, and a malformed id with `InvalidIpam...Id.Malformed`.", "T; the latter is known"),
    Rule("ipam-tags", "IPAMs, scopes, pools and allocations accept tags at creation and later, in the Regions that list them.", "B"),
    Rule("ipam-lists", "Lists accept filters named like the fields, `tag:<key>` and `tag-key`, support `*` and `?`, and return pages. An unknown filter is refused (`InvalidParameterValue`).", "B; the names are known"),
    Rule("ipam-vpc", "`CreateVpc` takes a block of /16 to /28 from a pool (`InvalidVpc.Range`). The allocation names the VPC.", "B"),
    Rule("ipam-not-monitored", 'Until the association of a new IPAM is `associate-complete` (2 minutes here), CreateVpc cannot use its pools: `UnsupportedOperation`, "... is not monitored by IPAM".', "T"),
    Rule("ipam-lingering", "The allocation of a deleted VPC remains for about 20 minutes. Until then its block cannot be allocated, and the pool's CIDR cannot be deprovisioned.", "T, I TF#46324"),
    Rule("ipam-delete-order", "AWS refuses to delete a pool with CIDRs, allocations or pools in it, a scope with pools, and an IPAM with pools or with scopes other than its default ones (`DependencyViolation`).", "B, G, I"),
    Rule("ipam-cascade", "`Cascade` deletes a pool with its contents, and an IPAM with its scopes and pools. VPCs remain.", "B, G delete-ipam"),
    Rule("ipam-discovers-later", "GetIpamResourceCidrs lists a VPC some minutes after its creation (5 here): as `managed` with a pool's block, otherwise as `unmanaged`.", "B, G monitor-cidr-compliance"),
    Rule("ipam-compliance", "A resource that violates the present rules of its pool is `noncompliant`. A CIDR that overlaps another VPC or a custom allocation of the scope is `overlapping`.", "G monitor-cidr-compliance"),
    Rule("ipam-auto-import", "`AutoImport` needs a locale (`InvalidParameterCombination`). After a while (10 minutes here) the pool imports the CIDRs of VPCs as allocations, regardless of its rules: the larger of two that overlap, and none that overlaps an allocation. Until then their space can be allocated.", "G create-top-ipam"),
    Rule("ipam-no-planning", "Pools that plan the space of a VPC (`SourceResource`), and subnets with blocks from them.", "B, G tutorials-subnet-planning", missing=True),
    Rule("ipam-no-changes", "Resources that are no longer monitored or move to another scope (ModifyIpamResourceCidr).", "B, G change-monitoring-state", missing=True),
    Rule("ipam-no-discoveries", "The description and the tags of the default resource discovery and its association.", "B", missing=True),
    Rule("ipam-no-ipv6", "IPv6 pools, private global addresses, VPCs and subnets with IPv6 blocks from pools.", "B, G", missing=True),
    Rule("ipam-no-public", "Pools and resource CIDRs of public scopes: BYOIP, Amazon's own blocks, Elastic IP addresses.", "B, G", missing=True),
    Rule("ipam-no-organizations", "Organizations and RAM: shared pools, delegated administrators, metering by account, additional resource discoveries.", "B, G", missing=True),
    Rule("ipam-no-history", "The history of addresses, discovered accounts, routes and public addresses, policies, prefix list resolvers, internet registries, external authorities.", "B, G", missing=True),
)  # fmt: skip

"""What is promised of EC2: IPAM."""

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
    Rule("ipam-defaults", "An IPAM comes with a public and a private default scope and with a default resource discovery and its association, which it names; IPAM's service-linked role appears with it.", "B, G create-ipam"),
    Rule("ipam-default-scopes-stay", "A default scope cannot be deleted alone (`OperationNotPermitted`).", "B, G; the code is known"),
    Rule("ipam-arns", "ARNs of IPAMs, scopes and pools name no Region, and a pool tells its scope and its IPAM by their ARNs only.", "B, G, T"),
    Rule("ipam-one-per-region", "A Region is the home of one IPAM (`ResourceLimitExceeded`); other Regions do not know it (`InvalidIpamId.NotFound`).", "G quotas, I"),
    Rule("ipam-states", "Objects are `create-in-progress` for a while and accept no other change until they are at rest (`IncorrectState`).", "B, T, I"),
    Rule("ipam-modify-complete", "After a change an object rests in `modify-complete`.", "T"),
    Rule("ipam-state-message", "An IPAM or a pool that could not be made, changed or deleted says so in its state, with the reason in `StateMessage`; one that could not be made can only be deleted.", "B; the last part is known"),
    Rule("ipam-regions", "Operating Regions change by what is added and removed; the home Region always is one of them, and only Regions that AWS has are taken (`InvalidParameterValue`).", "B, C, T"),
    Rule("ipam-region-in-use", "A Region that is the locale of a pool cannot be removed (`DependencyViolation`).", "known"),
    Rule("ipam-tier", "The tier is `advanced` unless told otherwise and cannot become `free` while there are pools in private scopes or further scopes; a free IPAM cannot have them (`UnsupportedOperation`).", "B, G mod-ipam-tier; the code is known"),
    Rule("ipam-quotas", "An IPAM has at most 5 scopes, a scope 50 pools, and pools are at most 10 deep (`ResourceLimitExceeded`); a 51st CIDR of a pool ends as `failed-provision` with `limit-exceeded`.", "B, G quotas"),
    Rule("ipam-locale", "A locale must be an operating Region; a pool whose source has a locale has the same (`InvalidParameterValue`).", "G, B"),
    Rule("ipam-seen-in-locale", "Pools show in the home Region and in their locale, and change in the home Region only (`InvalidIpamPoolId.NotFound`).", "G; the code is known"),
    Rule("ipam-take-in-locale", "Allocations are made and released in the pool's locale (`InvalidParameterValue`); a VPC cannot be made from a pool of another locale or of none.", "B, G; the code is known"),
    Rule("ipam-netmask-rules", "Netmask rules are 0 to 32 with minimum <= default <= maximum, and only the default can be cleared (`InvalidParameterValue`, `InvalidParameterCombination`).", "B, G"),
    Rule("ipam-rules-bind-allocations", "The rules bind what is allocated from the pool (`InvalidParameterValue`), not the pools below it, and leave what is allocated already.", "G"),
    Rule("ipam-resource-tags", "A VPC must carry all tags that its pool requires, in the call that makes it (`InvalidParameterValue`).", "G, I; the code is known"),
    Rule("ipam-overlap-fails-later", "A CIDR of a top pool that meets another one of the same scope, or of a pool that is not free in its source, is accepted and ends as `failed-provision` with `cidr-not-available`; other scopes may have it.", "B, G"),
    Rule("ipam-carves", "A CIDR of a pool with a source is an allocation of type `ipam-pool` there, and goes back when it is deprovisioned.", "G, B"),
    Rule("ipam-netmask-cidr", "A CIDR asked for by length needs a source pool (`InvalidParameterCombination`) and is unknown until it is provisioned.", "B, T"),
    Rule("ipam-not-filled", "Nothing can be allocated before a CIDR is provisioned, or where none is large enough: `InvalidParameterValue`, \"The allocation size is too big for the pool.\"", "I TF#39046"),
    Rule("ipam-deprovision-busy", "Deprovisioning a CIDR with allocations ends as `failed-deprovision`, with the reason, and can be asked for again.", "T, I TF#30165"),
    Rule("ipam-deprovision-twice", "A CIDR that is deprovisioned, or about to be, cannot be deprovisioned (`IncorrectState`); a failed one can.", "T"),
    Rule("ipam-residue", "`GetIpamPoolCidrs` goes on to show CIDRs as `deprovisioned`; they do not keep the pool from being deleted.", "T; the last part is known"),
    Rule("ipam-first-fit", "An allocation by length gets the lowest free aligned block, inside `AllowedCidrs` and outside `DisallowedCidrs`; these come with a `NetmaskLength` only (`InvalidParameterCombination`).", "B; the order is known"),
    Rule("ipam-default-netmask", "Without `Cidr` and `NetmaskLength` the pool's default length is taken; without that it is refused (`InvalidParameterCombination`).", "B, I"),
    Rule("ipam-preview", "`PreviewNextCidr` tells the next block and reserves nothing.", "B"),
    Rule("ipam-never-twice", "Clients that allocate from one pool at the same time never get overlapping blocks.", "B"),
    Rule("ipam-release", "Only custom allocations can be released, by pool, CIDR and id together (`InvalidParameterCombination`, \"No allocation found\").", "B, G, T"),
    Rule("ipam-recycled-later", "A released block is given out again after some minutes (3 here).", "G release-alloc"),
    Rule("ipam-not-found", "What does not exist is `InvalidIpam...Id.NotFound`, an impossible id `InvalidIpam...Id.Malformed`.", "T; the latter is known"),
    Rule("ipam-client-token", "A request with a client token is done once; with other parameters it is `IdempotentParameterMismatch`.", "known"),
    Rule("ipam-dry-run", "A dry run changes nothing and answers `DryRunOperation`.", "B"),
    Rule("ipam-tags", "IPAMs, scopes, pools and allocations take tags when made and later, where they can be seen.", "B"),
    Rule("ipam-lists", "Lists take filters named like the fields, `tag:<key>` and `tag-key`, with `*` and `?`, and come in pages; an unknown filter is `InvalidParameterValue`.", "B; the names are known"),
    Rule("ipam-vpc", "`CreateVpc` takes a block of /16 to /28 from a pool (`InvalidVpc.Range`); the allocation names the VPC.", "B"),
    Rule("ipam-not-monitored", "Until the association of a new IPAM is `associate-complete` (2 minutes here), VPCs get nothing from its pools: `UnsupportedOperation`, \"... is not monitored by IPAM\".", "T"),
    Rule("ipam-lingering", "The allocation of a deleted VPC stays for about 20 minutes, during which its block is not given out and its pool's CIDR cannot be deprovisioned.", "T, I TF#46324"),
    Rule("ipam-delete-order", "Pools with CIDRs, allocations or pools in them, scopes with pools, and IPAMs with either cannot be deleted (`DependencyViolation`).", "B, G, I"),
    Rule("ipam-cascade", "`Cascade` deletes pools with all that is in them and IPAMs with their scopes and pools; VPCs stay.", "B, G delete-ipam"),
    Rule("ipam-discovers-later", "VPCs show among the resource CIDRs some minutes after they are made (5 here): `managed` with a pool's block, `unmanaged` without.", "B, G monitor-cidr-compliance"),
    Rule("ipam-compliance", "A resource that breaks the rules its pool has now is `noncompliant`; CIDRs that overlap another VPC's or a custom allocation of the scope are `overlapping`.", "G monitor-cidr-compliance"),
    Rule("ipam-auto-import", "`AutoImport` needs a locale (`InvalidParameterCombination`); after a while (10 minutes here) it takes VPCs' CIDRs as allocated, whatever the rules, the larger of two that overlap, and none that meets an allocation. Until then their space can be given out.", "G create-top-ipam"),
    Rule("ipam-no-planning", "Pools that plan the space of a VPC (`SourceResource`), and subnets with blocks from them", "B, G tutorials-subnet-planning", missing=True),
    Rule("ipam-no-changes", "Resources that are no longer watched or move to another scope (ModifyIpamResourceCidr)", "B, G change-monitoring-state", missing=True),
    Rule("ipam-no-discoveries", "The description and the tags of the default resource discovery and its association", "B", missing=True),
    Rule("ipam-no-ipv6", "IPv6 pools, private global addresses, VPCs and subnets with IPv6 from pools", "B, G", missing=True),
    Rule("ipam-no-public", "Pools and resource CIDRs of public scopes: BYOIP, Amazon's own blocks, Elastic IP addresses", "B, G", missing=True),
    Rule("ipam-no-organizations", "Organizations and RAM: shared pools, delegated administrators, metering by account, further resource discoveries", "B, G", missing=True),
    Rule("ipam-no-history", "The history of addresses, discovered accounts, routes and public addresses, policies, prefix list resolvers, internet registries, external authorities", "B, G", missing=True),
)  # fmt: skip

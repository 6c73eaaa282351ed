"""The rules of Resource Groups Tagging."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "GetResources": "PaginationToken ResourceARNList ResourceTypeFilters ResourcesPerPage TagFilters",
    "GetTagKeys": "PaginationToken",
    "GetTagValues": "Key PaginationToken",
    "TagResources": "ResourceARNList Tags",
    "UntagResources": "ResourceARNList TagKeys",
}
RULES: tuple[Rule, ...] = (
    Rule("types", "GetResources finds every kind of resource by service or type: VPCs, subnets, NAT gateways, Elastic IPs, internet gateways, route tables, security groups, VPC endpoints, flow logs, IPAMs, scopes and pools, Aurora's clusters, instances, snapshots, groups and global clusters, tables, keys, log groups, secrets, alarms.", "B"),
    Rule("tag-filters", "TagFilters select by key and values: all filters must match, each with any of its values.", "B"),
    Rule("never-tagged", "GetResources does not list a resource that never had a tag. It lists a resource that has lost all its tags, without tags.", "B"),
    Rule("paging", "GetResources returns 100 resources to a page, or `ResourcesPerPage` (1 to 100). A list of ARNs excludes pages (`InvalidParameterException`). An invalid token is refused (`PaginationTokenExpiredException`).", "B"),
    Rule("keys-values", "GetTagKeys returns the tag keys of a Region, and GetTagValues the values of a key.", "B"),
    Rule("changes", "TagResources and UntagResources change tags through the services. They list unknown ARNs and ARNs of other Regions in `FailedResourcesMap` and change the other resources. `aws:` keys are refused (`InvalidParameterException`).", "B"),
    Rule("compliance", "Tag policies and their compliance.", "B", missing=True),
)  # fmt: skip
SERVICE = Service("Resource Groups Tagging", OPERATIONS, RULES)

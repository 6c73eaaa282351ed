"""What is promised of Resource Groups Tagging."""

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
    Rule("types", "Every kind of resource here is found by its service or its type: VPCs, subnets, NAT gateways, Elastic IPs, internet gateways, route tables, security groups, VPC endpoints, flow logs, IPAMs, scopes and pools, Aurora's clusters, instances, snapshots, groups and global clusters, tables, keys, log groups, secrets, alarms.", "B"),
    Rule("tag-filters", "Filters by key and values: all filters, any value.", "B"),
    Rule("never-tagged", "What never had a tag is not listed; what has lost all of them is, with none.", "B"),
    Rule("paging", "100 resources to a page, or `ResourcesPerPage` (1 to 100); with a list of ARNs there are no pages (`InvalidParameterException`); a bad token is a `PaginationTokenExpiredException`.", "B"),
    Rule("keys-values", "The keys of a Region's tags, and the values of a key.", "B"),
    Rule("changes", "Tags are set and taken through the services; an unknown ARN, or one of another Region, is told in `FailedResourcesMap`, and the others are changed; `aws:` keys are `InvalidParameterException`.", "B"),
    Rule("compliance", "Tag policies and their compliance.", "B", missing=True),
)  # fmt: skip
SERVICE = Service("Resource Groups Tagging", OPERATIONS, RULES)

"""The rules of STS."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "GetCallerIdentity": "",
}
RULES: tuple[Rule, ...] = (
    Rule("caller", "GetCallerIdentity returns the owner of the account for every caller, in each Region.", "K GetCallerIdentity"),
    Rule("partition", "An account belongs to one partition: `aws`, `aws-us-gov` or `aws-cn`. Its keys are valid only in the Regions of the partition, which are those that DescribeRegions lists. All ARNs name the partition. Key policies with principals of another one are refused (`MalformedPolicyDocumentException`). The principal of CloudWatch Logs ends in `amazonaws.com.cn` in China.", "K; GovCloud User Guide; the principal is that of the AWS CDK"),
    Rule("roles", "AssumeRole and temporary keys; permissions are not checked here.", "K AssumeRole", missing=True),
)  # fmt: skip
SERVICE = Service("STS", OPERATIONS, RULES)

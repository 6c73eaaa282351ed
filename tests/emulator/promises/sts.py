"""The rules of STS."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "AssumeRole": "DurationSeconds ExternalId Policy PolicyArns RoleArn RoleSessionName Tags TransitiveTagKeys",
    "GetAccessKeyInfo": "AccessKeyId",
    "GetCallerIdentity": "",
    "GetSessionToken": "DurationSeconds",
}
RULES: tuple[Rule, ...] = (
    Rule("caller", "GetCallerIdentity returns the user or session of a key that IAM or STS has issued, and the owner of the account for every other key.", "K GetCallerIdentity"),
    Rule("partition", "An account belongs to one partition: `aws`, `aws-us-gov` or `aws-cn`. Its keys are valid only in the Regions of the partition, which are those that DescribeRegions lists. All ARNs name the partition. Key policies with principals of another one are refused (`MalformedPolicyDocumentException`). The principal of CloudWatch Logs ends in `amazonaws.com.cn` in China.", "K; GovCloud User Guide; the principal is that of the AWS CDK"),
    Rule("roles", "AssumeRole compares the caller with the trust policy of the role, also with `sts:TagSession` and `sts:ExternalId`. The owner of the account cannot assume roles (`AccessDenied`). With enforcement, a trust policy that names only the account leaves the decision to the caller's policies.", "K AssumeRole"),
    Rule("durations", "A session lasts 900 seconds to the role's maximum, one hour in a role chain, and one hour for the owner's GetSessionToken.", "K AssumeRole, GetSessionToken"),
    Rule("session-tags", "Session tags are unique regardless of case. Transitive tags are inherited in a role chain and cannot be changed there (`InvalidParameterValue`).", "recorded errors of AWS"),
    Rule("identity-providers", "AssumeRoleWithWebIdentity, AssumeRoleWithSAML, GetFederationToken, MFA, and roles of other accounts.", "B", missing=True),
)  # fmt: skip
SERVICE = Service("STS", OPERATIONS, RULES)

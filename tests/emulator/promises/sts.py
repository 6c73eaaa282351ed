"""The rules of STS."""

from __future__ import annotations

from . import Rule, Service

OPERATIONS: dict[str, str] = {
    "AssumeRole": "DurationSeconds ExternalId Policy PolicyArns RoleArn RoleSessionName SerialNumber Tags TokenCode TransitiveTagKeys",
    "AssumeRoleWithWebIdentity": "DurationSeconds Policy PolicyArns RoleArn RoleSessionName WebIdentityToken",
    "GetAccessKeyInfo": "AccessKeyId",
    "GetCallerIdentity": "",
    "GetSessionToken": "DurationSeconds SerialNumber TokenCode",
}
RULES: tuple[Rule, ...] = (
    Rule("caller", "GetCallerIdentity returns the user or session of a key that IAM or STS has issued, and the owner of the account for every other key.", "K GetCallerIdentity"),
    Rule("partition", "An account belongs to one partition: `aws`, `aws-us-gov` or `aws-cn`. Its keys are valid only in the Regions of the partition, which are those that DescribeRegions lists. All ARNs name the partition. Key policies with principals of another one are refused (`MalformedPolicyDocumentException`). The principal of CloudWatch Logs ends in `amazonaws.com.cn` in China.", "K; GovCloud User Guide; the principal is that of the AWS CDK"),
    Rule("roles", "AssumeRole compares the caller with the trust policy of the role, also with `sts:TagSession` and `sts:ExternalId`. The owner of the account cannot assume roles (`AccessDenied`). With enforcement, a trust policy that names only the account leaves the decision to the caller's policies.", "K AssumeRole"),
    Rule("durations", "A session lasts 900 seconds to the role's maximum, one hour in a role chain, and one hour for the owner's GetSessionToken.", "K AssumeRole, GetSessionToken"),
    Rule("session-tags", "Session tags are unique regardless of case. Transitive tags are inherited in a role chain and cannot be changed there (`InvalidParameterValue`).", "recorded errors of AWS"),
    Rule("web-identity", "AssumeRoleWithWebIdentity needs no signature. The token is a JWT of an OpenID Connect provider of the account, signed with RS256 by a key of the issuer, which `POST /_local/oidc?issuer=...&jwks=...` tells. An unknown issuer, key or audience and an invalid token or signature are refused (`InvalidIdentityToken`), and so is a token that is over (`ExpiredTokenException`). The trust policy of the role allows the provider, with conditions on `<provider>:aud` and `<provider>:sub` (`AccessDenied`, 403).", "K AssumeRoleWithWebIdentity; the words are those of published error reports"),
    Rule("mfa", "GetSessionToken and AssumeRole take the code of an MFA device of the calling user, and refuse a wrong or used code and the device of another user (`AccessDenied`, 403). `aws:MultiFactorAuthPresent` is true in the session.", "K GetSessionToken; IAM User Guide"),
    Rule("identity-providers", "AssumeRoleWithSAML, GetFederationToken, roles of other accounts, other signatures than RS256, other claims of a token than `sub` and `aud`, tokens in other partitions than `aws`, and the portal of IAM Identity Center.", "B", missing=True),
)  # fmt: skip
SERVICE = Service("STS", OPERATIONS, RULES)

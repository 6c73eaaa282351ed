"""STS: callers, roles and sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from iam_callers import ACCOUNT, User, allow, client_of, deny, document, refusal, trust
from promise import keeps

ROOT = f"arn:aws:iam::{ACCOUNT}:root"


@pytest.fixture
def user(aws: Any) -> User:
    return User(aws)


def role(aws: Any, policy: str, name: str = "r", **settings: Any) -> str:
    made = aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy, **settings)
    return str(made["Role"]["Arn"])


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


@keeps("sts.caller")
def test_the_caller_is_the_user_or_session_of_the_key(aws: Any, user: User) -> None:
    caller = user.client("sts", "eu-west-1").get_caller_identity()
    assert (caller["Arn"], caller["Account"], caller["UserId"][:4]) == (user.arn, ACCOUNT, "AIDA")
    arn = role(aws, trust(user.arn))
    assumed = user.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")
    caller = client_of(aws, assumed["Credentials"], "sts").get_caller_identity()
    assert caller["Arn"] == assumed["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/r/me"
    assert caller["UserId"] == assumed["AssumedRoleUser"]["AssumedRoleId"]
    session = user.client("sts").get_session_token()["Credentials"]
    assert client_of(aws, session, "sts").get_caller_identity()["Arn"] == user.arn
    sts = aws.client("sts")
    assert sts.get_access_key_info(AccessKeyId=session["AccessKeyId"])["Account"] == ACCOUNT
    assert refusal(sts.get_access_key_info, AccessKeyId="AKIAAAAAAAAAAAAAAAAA")[0] == "ValidationError"


@keeps("sts.roles")
def test_the_trust_policy_of_a_role_decides_who_assumes_it(aws: Any, user: User) -> None:
    arn, call = role(aws, trust(user.arn)), {"RoleSessionName": "me"}
    other = User(aws, "other")
    assert refusal(aws.client("sts").assume_role, RoleArn=arn, **call) == (
        "AccessDenied",
        403,
        "Roles may not be assumed by root accounts.",
    )
    user.client("sts").assume_role(RoleArn=arn, **call)
    code, status, message = refusal(other.client("sts").assume_role, RoleArn=arn, **call)
    assert (code, status) == ("AccessDenied", 403)
    assert message.startswith(f"User: {other.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}")
    missing = {"RoleArn": arn + "x", **call}
    assert refusal(user.client("sts").assume_role, **missing)[2] == (
        f"User: {user.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}x"
    )
    external = {"Condition": {"StringEquals": {"sts:ExternalId": "secret"}}}
    arn = role(aws, trust(user.arn, **external), "external")
    user.client("sts").assume_role(RoleArn=arn, ExternalId="secret", **call)
    assert refusal(user.client("sts").assume_role, RoleArn=arn, ExternalId="other", **call)[0] == "AccessDenied"
    assert refusal(user.client("sts").assume_role, RoleArn=arn, **call)[0] == "AccessDenied"


@keeps("sts.roles")
def test_a_trust_policy_that_names_the_account_leaves_the_decision_to_the_users_policies(aws: Any, user: User) -> None:
    arn = role(aws, trust(ROOT))
    call = {"RoleArn": arn, "RoleSessionName": "me"}
    user.client("sts").assume_role(**call)
    aws.control.enforce_iam()
    assert "no identity-based policy" in refusal(user.client("sts").assume_role, **call)[2]
    user.may(allow("sts:AssumeRole", resource=arn))
    user.client("sts").assume_role(**call)
    user.may(allow("sts:*"), deny("sts:AssumeRole", resource=arn))
    assert "explicit deny in an identity-based policy" in refusal(user.client("sts").assume_role, **call)[2]


@keeps("sts.durations")
def test_sessions_have_a_limited_duration(aws: Any, user: User) -> None:
    arn = role(aws, trust(ROOT), MaxSessionDuration=7200)
    sts, call = user.client("sts"), {"RoleArn": arn, "RoleSessionName": "me"}
    sts.assume_role(DurationSeconds=7200, **call)
    for seconds in (7201, 43201):
        assert refusal(sts.assume_role, DurationSeconds=seconds, **call)[0] == "ValidationError"
    chained = client_of(aws, sts.assume_role(**call)["Credentials"], "sts")
    chained.assume_role(**call)
    assert "role chaining" in refusal(chained.assume_role, DurationSeconds=3601, **call)[2]

    def lasts(client: Any, **asked: Any) -> float:
        expires: datetime = client.get_session_token(**asked)["Credentials"]["Expiration"]
        return (expires - datetime.now(UTC)).total_seconds()

    assert 43000 < lasts(sts) <= 43200 and 800 < lasts(sts, DurationSeconds=900) <= 900
    assert 3500 < lasts(aws.client("sts"), DurationSeconds=7200) <= 3600
    assert refusal(chained.get_session_token)[:2] == ("AccessDenied", 403)


@keeps("sts.session-tags")
def test_session_tags_are_inherited_if_they_are_transitive(aws: Any, user: User) -> None:
    untagged = role(aws, trust(ROOT), "untagged")
    arn = role(aws, document({"Principal": {"AWS": ROOT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}), "tagged")
    sts = user.client("sts")
    assert "sts:TagSession" in refusal(sts.assume_role, RoleArn=untagged, RoleSessionName="me", Tags=tags(a="1"))[2]
    assumed = sts.assume_role(RoleArn=arn, RoleSessionName="me", Tags=tags(a="1", b="2"), TransitiveTagKeys=["a"])
    assert 0 < assumed["PackedPolicySize"] < 100
    chained = client_of(aws, assumed["Credentials"], "sts")
    assert "conflicts with" in refusal(chained.assume_role, RoleArn=arn, RoleSessionName="me", Tags=tags(A="3"))[2]
    again = chained.assume_role(RoleArn=arn, RoleSessionName="me", Tags=tags(b="3"))["Credentials"]
    only = {"Condition": {"StringEquals": {"aws:PrincipalTag/a": "1", "aws:PrincipalTag/b": "3"}}}
    aws.client("iam").put_role_policy(
        RoleName="tagged", PolicyName="p", PolicyDocument=document(allow("ec2:*", **only))
    )
    aws.control.enforce_iam()
    client_of(aws, again, "ec2").describe_vpcs()
    assert refusal(client_of(aws, assumed["Credentials"], "ec2").describe_vpcs)[0] == "UnauthorizedOperation"


@keeps("sts.roles", "iam.evaluation")
def test_session_policies_limit_the_policies_of_the_role(aws: Any, user: User) -> None:
    iam = aws.client("iam")
    arn = role(aws, trust(user.arn))
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document(allow("ec2:*", "rds:*")))
    managed = iam.create_policy(PolicyName="m", PolicyDocument=document(allow("rds:*")))["Policy"]["Arn"]
    sts, call = user.client("sts"), {"RoleArn": arn, "RoleSessionName": "me"}
    inline = document(allow("ec2:DescribeVpcs", "dynamodb:*"))
    session = sts.assume_role(**call, Policy=inline, PolicyArns=[{"arn": managed}])["Credentials"]
    aws.control.enforce_iam()
    client_of(aws, session, "ec2").describe_vpcs()
    client_of(aws, session, "rds").describe_db_clusters()
    message = refusal(client_of(aws, session, "ec2").describe_subnets)[2]
    assert "because no session policy allows the ec2:DescribeSubnets action" in message
    assert "no identity-based policy" in refusal(client_of(aws, session, "dynamodb").list_tables)[2]
    assert refusal(sts.assume_role, **call, Policy="{}")[0] == "MalformedPolicyDocument"


@keeps("iam.credentials")
@pytest.mark.parametrize(
    ("service", "call", "unknown", "expired"),
    [
        ("ec2", "describe_vpcs", ("AuthFailure", 401), ("RequestExpired", 400)),
        ("rds", "describe_db_clusters", ("InvalidClientTokenId", 403), ("ExpiredToken", 403)),
        ("iam", "list_roles", ("InvalidClientTokenId", 403), ("ExpiredToken", 403)),
        ("cloudwatch", "describe_alarms", ("InvalidClientTokenId", 403), ("ExpiredToken", 403)),
        ("kms", "list_keys", ("UnrecognizedClientException", 400), ("ExpiredTokenException", 400)),
        ("dynamodb", "list_tables", ("UnrecognizedClientException", 400), ("ExpiredTokenException", 400)),
    ],
)
def test_invalid_and_expired_credentials_are_refused(
    aws: Any, user: User, service: str, call: str, unknown: tuple[str, int], expired: tuple[str, int]
) -> None:
    session = user.client("sts").get_session_token()["Credentials"]
    user.may(allow("*"))
    aws.control.enforce_iam()
    getattr(client_of(aws, session, service), call)()
    stranger = {"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA", "SecretAccessKey": "x"}
    for keys in (
        stranger,
        {**session, "SessionToken": "wrong"},
        {**session, "SessionToken": None},
        {**user.keys, "SessionToken": session["SessionToken"]},
    ):
        assert refusal(getattr(client_of(aws, keys, service), call))[:2] == unknown
    aws.control.advance(43201)
    assert refusal(getattr(client_of(aws, session, service), call))[:2] == expired

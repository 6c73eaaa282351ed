"""STS: tokens of identity providers, and MFA devices."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from emulator.iam.mfa import STEP, code
from iam_callers import ACCOUNT, User, allow, client_of, document, refusal
from iam_callers import trust as trusting
from oidc import AUDIENCE, GITHUB, SUBJECT, Issuer, provider, trust
from promise import keeps


def unsigned(aws: Any) -> Any:
    config = Config(signature_version=UNSIGNED)
    return boto3.client("sts", region_name="us-east-1", endpoint_url=aws.url, config=config)


def role(aws: Any, policy: str, name: str = "ci") -> str:
    return str(aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]["Arn"])


@keeps("iam.oidc-providers")
def test_oidc_providers(aws: Any) -> None:
    iam, thumb = aws.client("iam"), "a" * 40
    made = iam.create_open_id_connect_provider(
        Url=GITHUB, ClientIDList=[AUDIENCE], ThumbprintList=[thumb], Tags=[{"Key": "a", "Value": "1"}]
    )
    me = {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}
    assert me["OpenIDConnectProviderArn"] == f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    found = iam.get_open_id_connect_provider(**me)
    assert (found["Url"], found["ClientIDList"], found["ThumbprintList"]) == (
        "token.actions.githubusercontent.com",
        [AUDIENCE],
        [thumb],
    )
    iam.update_open_id_connect_provider_thumbprint(**me, ThumbprintList=["b" * 40])
    iam.untag_open_id_connect_provider(**me, TagKeys=["a"])
    iam.tag_open_id_connect_provider(**me, Tags=[{"Key": "b", "Value": "2"}])
    found = iam.get_open_id_connect_provider(**me)
    assert (found["ThumbprintList"], found["Tags"]) == (["b" * 40], [{"Key": "b", "Value": "2"}])
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == [
        {"Arn": me["OpenIDConnectProviderArn"]}
    ]
    again = {"Url": f"{GITHUB}/", "ClientIDList": [AUDIENCE]}
    assert refusal(iam.create_open_id_connect_provider, **again)[:2] == ("EntityAlreadyExists", 409)
    assert refusal(iam.create_open_id_connect_provider, Url="http://plain.example.com")[0] == "ValidationError"
    for _ in range(2):
        iam.delete_open_id_connect_provider(**me)
    assert refusal(iam.get_open_id_connect_provider, **me)[0] == "NoSuchEntity"


@keeps("sts.web-identity")
def test_a_token_opens_the_role_that_trusts_its_subject(aws: Any) -> None:
    issuer, sts = Issuer(aws), unsigned(aws)
    arn = role(aws, trust(provider(aws), "repo:mtk/backend:*"))
    call = {"RoleArn": arn, "RoleSessionName": "job-1"}
    limits = {"Policy": document(allow("ec2:*")), "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]}
    done = sts.assume_role_with_web_identity(**call, **limits, DurationSeconds=900, WebIdentityToken=issuer.token())
    assert (done["SubjectFromWebIdentityToken"], done["Audience"]) == (SUBJECT, AUDIENCE)
    assert done["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/job-1"
    assert client_of(aws, done["Credentials"], "sts").get_caller_identity()["Arn"] == done["AssumedRoleUser"]["Arn"]
    ask = sts.assume_role_with_web_identity
    other = issuer.token(sub="repo:somebody/else:ref:refs/heads/main")
    assert refusal(ask, **call, WebIdentityToken=other) == (
        "AccessDenied",
        403,
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    )
    assert refusal(ask, **{**call, "RoleArn": f"{arn}x"}, WebIdentityToken=issuer.token())[0] == "AccessDenied"
    long = {**call, "DurationSeconds": 3601}
    assert "MaxSessionDuration" in refusal(ask, **long, WebIdentityToken=issuer.token())[2]
    calls = aws.control.calls()
    assert {c["parameters"]["WebIdentityToken"] for c in calls if "WithWeb" in c["operation"]} == {"***"}
    assert not [call for call in calls if call["mutating"] and call["service"] == "sts"]


@keeps("sts.web-identity")
def test_tokens_that_aws_does_not_accept(aws: Any) -> None:
    issuer, sts = Issuer(aws), unsigned(aws)
    call = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/ci", "RoleSessionName": "job-1"}

    def refused(token: str) -> tuple[str, str]:
        code, status, message = refusal(sts.assume_role_with_web_identity, **call, WebIdentityToken=token)
        assert status == 400
        return code, message

    assert refused(issuer.token()) == (
        "InvalidIdentityToken",
        f"No OpenIDConnect provider found in your account for {GITHUB}",
    )
    role(aws, trust(provider(aws)))
    assert "not a valid JWT" in refused("abcd.efgh")[1]
    assert "not a valid JWT" in refused("abcd.efgh.ijkl")[1]
    assert "Couldn't retrieve verification key" in refused(issuer.token(kid="other"))[1]
    assert refused(issuer.token(aud="https://github.com/mtk")) == ("InvalidIdentityToken", "Incorrect token audience")
    forged = Issuer(aws, "https://elsewhere.example.com").token(iss=GITHUB)
    assert refused(forged) == ("InvalidIdentityToken", "The token's signature is not valid.")
    code, message = refused(issuer.token(seconds=-5))
    assert code == "ExpiredTokenException" and message.startswith("Token expired: current date/time")
    sts.assume_role_with_web_identity(**call, WebIdentityToken=issuer.token(aud=["other", AUDIENCE]))
    aws.control.save("identities")
    aws.control.reset()
    aws.control.load("identities")
    sts.assume_role_with_web_identity(**call, WebIdentityToken=issuer.token())
    aws.control.advance(400)
    assert refused(issuer.token())[0] == "ExpiredTokenException"


class Device:
    """A virtual MFA device with the codes of the local AWS's clock."""

    def __init__(self, aws: Any, user: User, name: str = "phone") -> None:
        self.aws, self.user = aws, user
        made = aws.client("iam").create_virtual_mfa_device(VirtualMFADeviceName=name, Path="/mtk/")["VirtualMFADevice"]
        self.serial, self.seed = made["SerialNumber"], made["Base32StringSeed"].decode()

    def code(self, later: int = 0) -> str:
        return code(self.seed, int(self.aws.control.ask("GET", "health")["now"]) // STEP + later)

    def enable(self, first: str, second: str) -> None:
        given = {"AuthenticationCode1": first, "AuthenticationCode2": second}
        self.aws.client("iam").enable_mfa_device(UserName=self.user.name, SerialNumber=self.serial, **given)


@keeps("iam.mfa-devices")
def test_virtual_mfa_devices(aws: Any) -> None:
    iam, user = aws.client("iam"), User(aws)
    device = Device(aws, user)
    assert device.serial == f"arn:aws:iam::{ACCOUNT}:mfa/mtk/phone"
    me = {"UserName": user.name, "SerialNumber": device.serial}
    wrong = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
    assert refusal(iam.enable_mfa_device, **me, **wrong)[:2] == ("InvalidAuthenticationCode", 403)
    device.enable(device.code(), device.code(1))
    (listed,) = iam.list_mfa_devices(UserName=user.name)["MFADevices"]
    assert (listed["UserName"], listed["SerialNumber"]) == (user.name, device.serial)
    assert refusal(iam.delete_virtual_mfa_device, SerialNumber=device.serial)[:2] == ("DeleteConflict", 409)
    iam.deactivate_mfa_device(**me)
    iam.delete_virtual_mfa_device(SerialNumber=device.serial)
    assert refusal(iam.delete_virtual_mfa_device, SerialNumber=device.serial)[0] == "NoSuchEntity"
    assert refusal(iam.enable_mfa_device, **me, **wrong)[0] == "NoSuchEntity"


@keeps("sts.mfa")
def test_a_session_with_mfa_may_do_what_needs_mfa(aws: Any) -> None:
    user = User(aws)
    needs = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    user.may(allow("sts:AssumeRole"), allow("ec2:*", **needs))
    arn = role(aws, trusting(user.arn, **needs))
    device = Device(aws, user)
    device.enable(device.code(-1), device.code())
    aws.control.enforce_iam()
    sts, call = user.client("sts"), {"RoleArn": arn, "RoleSessionName": "me"}
    plain = sts.get_session_token()["Credentials"]
    assert refusal(client_of(aws, plain, "ec2").describe_vpcs)[0] == "UnauthorizedOperation"
    assert refusal(sts.assume_role, **call)[0] == "AccessDenied"
    given = {"SerialNumber": device.serial, "TokenCode": device.code(1)}
    session = sts.get_session_token(**given, DurationSeconds=900)["Credentials"]
    client_of(aws, session, "ec2").describe_vpcs()
    client_of(aws, session, "sts").assume_role(**call)
    assert refusal(sts.get_session_token, **given) == (
        "AccessDenied",
        403,
        "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
    )
    given["TokenCode"] = device.code(2)
    sts.assume_role(**call, **given)
    assert "verify your MFA serial number" in refusal(sts.get_session_token, **{**given, "SerialNumber": "0" * 9})[2]
    assert "***" in str(aws.control.calls()[-1]["parameters"])


@keeps("sts.mfa")
def test_the_device_of_another_user_is_refused(aws: Any) -> None:
    device, other = Device(aws, User(aws)), User(aws, "other")
    device.enable(device.code(), device.code(1))
    given = {"SerialNumber": device.serial, "TokenCode": device.code(2)}
    assert refusal(other.client("sts").get_session_token, **given)[:2] == ("AccessDenied", 403)


@pytest.mark.parametrize("document", ["[]", '{"keys": [{"kty": "EC"}]}', "nonsense"])
def test_the_keys_of_an_issuer_are_a_key_set(aws: Any, document: str) -> None:
    with pytest.raises(OSError, match="400"):
        aws.control.oidc(GITHUB, document)

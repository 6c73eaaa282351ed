"""The sentences for errors of botocore and AWS."""

from __future__ import annotations

import re

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws import _client, _errors
from ansible_collections.mtk.backend.plugins.module_utils.aws._errors import error_code, explain
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from botocore import exceptions
from botocore.model import DenormalizedStructureBuilder
from botocore.validate import validate_parameters

SECRET = "what-nobody-may-read"


def refused(code: str, message: str = "AWS's words.", operation: str = "CreateVpc") -> exceptions.ClientError:
    return exceptions.ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize("name", sorted(_errors._BOTOCORE))
def test_every_class_of_the_table_exists(name):
    assert issubclass(getattr(exceptions, name), exceptions.BotoCoreError)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (exceptions.ProfileNotFound(profile="work"), "The AWS profile 'work' does not exist. Correct AWS_PROFILE"),
        (exceptions.ConfigParseError(path="/c", error=SECRET), "/c cannot be read: it must have [sections]"),
        (exceptions.NoCredentialsError(), "No AWS credentials were found. Log in"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="aws_secret_access_key"), "aws_secret_access_key"),
        (exceptions.UnauthorizedSSOTokenError(), "The AWS SSO session has expired"),
        (exceptions.SSOTokenLoadError(error_msg="x"), "The AWS SSO session has expired"),
        (exceptions.CredentialRetrievalError(provider="p", error_msg="no."), "loaded from p: no. Log in"),
        (
            exceptions.ProxyConnectionError(proxy_url=f"http://u:{SECRET}@p:1"),
            "The proxy http://***@p:1 does not answer",
        ),
        (
            exceptions.EndpointConnectionError(endpoint_url=f"https://u:{SECRET}@h/"),
            "at https://***@h/. Check the name",
        ),
        (exceptions.ConnectTimeoutError(endpoint_url="https://h/"), "timed out"),
        (exceptions.ReadTimeoutError(endpoint_url="https://h/"), "did not answer in time at https://h/"),
        (exceptions.SSLError(endpoint_url="https://h/", error="x"), "certificate of https://h/ could not be verified"),
        (exceptions.HTTPClientError(error="x"), "The request to AWS failed: x."),
        (exceptions.InvalidRegionError(region_name="a b"), "region is 'a b'"),
        (exceptions.InvalidConfigError(error_msg="y."), "The AWS configuration is not valid: y. Correct"),
        (exceptions.UnknownServiceError(service_name="s", known_service_names="t"), "Unknown service: 's'"),
        (Refused("A sentence."), "A sentence."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_errors_of_botocore(error, words):
    assert words in explain(error)
    assert SECRET not in explain(error)
    assert error_code(error) == ""


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("ExpiredToken ExpiredTokenException RequestExpired", "credentials have expired"),
        ("RequestExpired", "the clock of this machine is wrong"),
        (
            "InvalidClientTokenId AuthFailure SignatureDoesNotMatch UnrecognizedClientException IncompleteSignature",
            "AWS does not accept the credentials",
        ),
        ("RequestTimeTooSkewed RequestInTheFuture", "The clock of this machine differs"),
        ("Throttling ThrottlingException RequestLimitExceeded", "AWS limits the number of requests"),
        ("InternalError ServiceUnavailable", "Run again later"),
        ("OptInRequired", "Enable it"),
    ],
)
def test_errors_of_aws(codes, words):
    for code in codes.split():
        error = refused(code)
        assert words in explain(error) and f"({code})" in explain(error)
        assert error_code(error) == code


def test_other_errors_keep_the_words_of_aws():
    assert explain(refused("AccessDenied", "User x may not")) == (
        "AWS refuses CreateVpc (AccessDenied): User x may not. Add the permission to the role or user, or use other "
        "credentials: docs/using/permissions.md says which policies a run needs."
    )
    assert explain(refused("VpcLimitExceeded", "Too many.")) == "AWS refuses CreateVpc (VpcLimitExceeded): Too many."
    assert explain(refused("X", "")) == "AWS refuses CreateVpc (X): no reason is given."
    assert explain(refused("X", "has {braces} and http://u:p@h")) == (
        "AWS refuses CreateVpc (X): has {braces} and http://***@h."
    )


def test_an_explicit_denial_does_not_ask_for_a_permission():
    message = "User: u is not authorized to perform: ec2:CreateVpc with an explicit deny in a service control policy"
    found = explain(refused("UnauthorizedOperation", message))
    assert found.startswith(f"AWS refuses CreateVpc (UnauthorizedOperation): {message}. A policy denies the action")
    assert "Add the permission" not in found


def test_the_code_in_which_ec2_repeats_a_refusal_is_left_out():
    found = explain(refused("UnauthorizedOperation", "User: u may not. Encoded authorization failure message: Zq3-_w7"))
    assert "User: u may not. Add the permission" in found and "Zq3" not in found


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure"])
def test_a_wrong_signature_does_not_show_the_session_token(code):
    words = f"The Canonical String should have been 'POST\n/\n\nx-amz-security-token:{SECRET}'"
    assert SECRET not in explain(refused(code, words))


def test_a_signature_that_is_out_of_date_is_an_error_of_the_clock():
    words = "Signature expired: 20261129T203400Z is now earlier than 20261129T203900Z (20261129T205400Z - 15 min.)"
    assert "clock" in explain(refused("SignatureDoesNotMatch", words))
    assert "clock" in explain(refused("InvalidSignatureException", "Signature not yet current: 20261129T203400Z"))


SHAPE = (
    DenormalizedStructureBuilder()
    .with_members(
        {
            "Password": {"type": "string"},
            "Port": {"type": "integer"},
            "Names": {"type": "list", "member": {"type": "string"}},
        }
    )
    .build_model()
)


@pytest.mark.parametrize("value", [98765432101234, [SECRET], {SECRET: SECRET}, (SECRET, "\n", "Invalid type")])
def test_a_wrong_parameter_is_named_without_its_value(value):
    with pytest.raises(exceptions.ParamValidationError) as caught:
        validate_parameters({"Password": value, "Port": "1", "Names": ["a", 7]}, SHAPE)
    words = explain(caught.value)
    assert (
        "invalid type of Password (it must be str); invalid type of Port (it must be int); invalid type of Names[1]"
        in words
    )
    assert SECRET not in words and "98765432101234" not in words


def test_a_missing_parameter_is_named():
    report = 'Missing required parameter in input: "VpcId"\nUnknown parameter in input: "VpcID", must be one of: VpcId'
    words = explain(exceptions.ParamValidationError(report=report))
    assert words == (
        'The request is not valid: Missing required parameter in input: "VpcId"; Unknown parameter in input: "VpcID". '
        "Correct the options of the task."
    )


def test_every_sentence_names_a_remedy():
    remedy = re.compile("Correct|Log in|Set |Give |[Cc]heck|Run |run again|Add |Enable")
    texts = {**_errors._BOTOCORE, **_errors._AWS}
    assert not [name for name, text in texts.items() if not remedy.search(text)]


BROKEN = {
    "AWS_PROFILE": "nonexistent",
    "AWS_DEFAULT_PROFILE": "nonexistent",
    "AWS_RETRY_MODE": "x",
    "AWS_MAX_ATTEMPTS": "x",
    "AWS_DEFAULTS_MODE": "x",
    "AWS_STS_REGIONAL_ENDPOINTS": "x",
    "AWS_ENDPOINT_URL": "::",
    "AWS_ENDPOINT_URL_EC2": "::",
    "AWS_CA_BUNDLE": "/does/not/exist",
    "AWS_CSM_ENABLED": "true",
    "AWS_CSM_PORT": "x",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "x",
    "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": "x",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "x",
    "HTTPS_PROXY": "http://[",
}


@pytest.mark.parametrize("broken", [*BROKEN, "all"])
def test_clients_are_prepared_whatever_the_surroundings(monkeypatch, tmp_path, broken):
    """Ansible prepares them at its start, where an error would be a crash. A task reports the error."""
    (tmp_path / "config").write_text("no section\n")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "config"))
    for name in BROKEN if broken == "all" else [broken]:
        monkeypatch.setenv(name, BROKEN[name])
    _client.warm("ec2", "sts", "dynamodb")

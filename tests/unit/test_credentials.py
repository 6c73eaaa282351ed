"""Which credentials are meant, and what a run says about MFA and tokens of identity providers."""

from __future__ import annotations

import json

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Connection
from ansible_collections.mtk.backend.plugins.module_utils.aws._credentials import Assumed, options
from ansible_collections.mtk.backend.plugins.module_utils.aws._errors import explain
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from botocore.exceptions import ClientError

NONE = dict.fromkeys(("access_key", "secret_key", "session_token", "profile"))
KEYS = {"access_key": "ASIA1", "secret_key": "s"}
ENVIRON = {"AWS_ACCESS_KEY_ID": "ASIA1", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SECURITY_TOKEN": "t"}
PROFILES = {
    "ci": {"role_arn": "r", "credential_source": "Environment"},
    "chained": {"role_arn": "r", "source_profile": "ci"},
    "keys": {"role_arn": "r", "source_profile": "me"},
    "circle": {"role_arn": "r", "source_profile": "circle"},
}


@pytest.mark.parametrize(
    ("given", "environ", "token"),
    [
        (KEYS, ENVIRON, "t"),
        ({**KEYS, "session_token": "own"}, ENVIRON, "own"),
        ({**KEYS, "session_token": ""}, ENVIRON, ""),  # set to nothing, as for the local AWS
        ({**KEYS, "access_key": "AKIA2"}, ENVIRON, None),  # keys of the task, which the token does not belong to
        (KEYS, {}, None),
    ],
)
def test_the_old_name_of_the_token(given, environ, token):
    assert options({**NONE, **given}, environ, dict)["session_token"] == token


@pytest.mark.parametrize(("profile", "drops"), [("ci", True), ("chained", True), ("keys", False), ("circle", False)])
def test_keys_of_the_environment_are_the_source_of_a_profile(profile, drops):
    found = options({**NONE, **KEYS, "profile": profile}, ENVIRON, lambda: PROFILES)
    assert (found["access_key"], found["secret_key"], found["session_token"]) == (
        (None, None, None) if drops else ("ASIA1", "s", "t")
    )


def test_keys_of_a_task_are_never_the_source_of_a_profile():
    found = options({**NONE, **KEYS, "profile": "ci", "access_key": "AKIA2"}, ENVIRON, lambda: PROFILES)
    assert found["access_key"] == "AKIA2"


def test_sessions_of_the_cli_are_read_and_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    cache = tmp_path / ".aws/cli/cache"
    cache.mkdir(parents=True)
    (cache / "a.json").write_text(json.dumps({"Credentials": {"AccessKeyId": "A"}}))
    (cache / "broken.json").write_text("{")
    assumed = Assumed()
    assert "a" in assumed and assumed["a"]["Credentials"]["AccessKeyId"] == "A"
    assert "broken" not in assumed and "missing" not in assumed
    with pytest.raises(KeyError):
        assumed["missing"]
    assumed["b"] = {"Credentials": {}}
    assert list(assumed) == ["b"] and len(assumed) == 1 and "b" in assumed
    del assumed["b"]
    assert sorted(path.name for path in cache.iterdir()) == ["a.json", "broken.json"]


def test_a_user_without_a_home_has_no_sessions(monkeypatch, tmp_path):
    """In a pod, the user may be a number that no file names, and HOME may be missing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 987654)
    assert "a" not in Assumed()


def test_a_profile_with_mfa_is_refused_without_a_request(monkeypatch, tmp_path):
    for name in ENVIRON:
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    mfa = "arn:aws:iam::123456789012:mfa/phone"
    config.write_text(
        f"[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/deploy\nsource_profile = me\nmfa_serial = {mfa}\n"
        "[profile me]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("HOME", str(tmp_path))

    class Module:
        params = {**NONE, "profile": "dev", "region": "us-gov-west-1", "endpoint_url": None, "validate_certs": True}
        params |= {"aws_ca_bundle": None, "aws_config": None}

    connection = Connection(Module())
    credentials = connection._session.get_credentials()
    with pytest.raises(Refused, match="The AWS profile 'dev' needs an MFA code, and a run cannot ask for it"):
        credentials.get_frozen_credentials()
    assert connection._session.get_config_variable("region") == "us-gov-west-1"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDenied", "Compare the conditions of the role's trust policy with the subject (sub)"),
        ("ExpiredTokenException", "The token of the identity provider has expired"),
        ("InvalidIdentityToken", "Correct the identity provider in IAM and its audience"),
        ("ValidationError", "AWS refuses AssumeRoleWithWebIdentity (ValidationError): Why"),
    ],
)
def test_tokens_of_identity_providers(code, words):
    error = {"Error": {"Code": code, "Message": "Why."}}
    assert words in explain(ClientError(error, "AssumeRoleWithWebIdentity"))
    assert "identity provider" not in explain(ClientError(error, "DescribeVpcs"))

"""A connection: the key that tells credentials apart, how often a request is sent, and what is refused."""

from __future__ import annotations

import io
import os

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import Connection
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from botocore import exceptions
from botocore.awsrequest import AWSResponse


class Module:
    """The options of an AnsibleAWSModule."""

    def __init__(self, **params):
        names = ("region", "endpoint_url", "access_key", "secret_key", "session_token", "profile", "aws_ca_bundle")
        self.params = {**dict.fromkeys((*names, "aws_config")), "validate_certs": True, **params}


KEYS = {"access_key": "AKIA1", "secret_key": "secret-of-the-test"}
DEAD = exceptions.EndpointConnectionError(endpoint_url="https://dead")
CLOSED = exceptions.ConnectionClosedError(endpoint_url="https://dead")
PROXY = exceptions.ProxyConnectionError(proxy_url="http://dead")


@pytest.fixture
def no_credentials(monkeypatch):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "other",
    [
        {"access_key": "AKIA2"},
        {"endpoint_url": "http://127.0.0.1:1"},
        {"validate_certs": False},
        {"aws_ca_bundle": "/etc/hosts"},
        {"aws_config": {"use_fips_endpoint": True}},
    ],
    ids=lambda other: next(iter(other)),
)
def test_other_credentials_endpoint_or_validation_have_another_key(no_credentials, other):
    assert Connection(Module(**KEYS)).key() == Connection(Module(**KEYS)).key()
    assert Connection(Module(**KEYS)).key() != Connection(Module(**{**KEYS, **other})).key()


@pytest.mark.parametrize(("profile", "variable"), [("work", None), (None, "AWS_PROFILE")])
def test_another_credentials_file_has_another_key(no_credentials, monkeypatch, tmp_path, profile, variable):
    if variable:
        monkeypatch.setenv(variable, "work")
    keys = []
    for number in (1, 2, 1):
        file = tmp_path / "credentials"
        file.write_text(f"[work]\naws_access_key_id = AKIA{number}\naws_secret_access_key = secret-of-the-test\n")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
        keys.append(Connection(Module(profile=profile)).key())
    assert keys[0] == keys[2] != keys[1]
    assert not any("secret-of-the-test" in key for key in keys)


def test_another_profile_has_another_key(no_credentials, monkeypatch, tmp_path):
    """Profiles may have the same keys and different endpoints."""
    section = "aws_access_key_id = AKIA1\naws_secret_access_key = secret-of-the-test\n"
    (tmp_path / "config").write_text(f"[profile a]\n{section}[profile b]\n{section}endpoint_url = http://127.0.0.1:1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    first, again, other = (Connection(Module(profile=name)).key() for name in ("a", "a", "b"))
    assert first == again != other


def test_another_region_has_the_same_key(no_credentials, monkeypatch):
    first = Connection(Module(**KEYS, region="us-east-1")).key()
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert Connection(Module(**KEYS, region="us-west-2")).key() == first, "answers have their region in their own key"


@pytest.mark.parametrize("name", ["HOME", "HTTPS_PROXY", "TEAM"])
def test_another_environment_has_another_key(no_credentials, monkeypatch, name):
    """HOME decides which files are read, a proxy who answers, and a credential_process may read any variable."""
    first = Connection(Module(**KEYS)).key()
    monkeypatch.setenv(name, "/other")
    assert Connection(Module(**KEYS)).key() != first


def test_an_assumed_role_has_the_key_of_its_source(no_credentials, monkeypatch, tmp_path):
    """Each process assumes the role again and gets another access key id; no request is sent for the key."""
    source = "[work]\naws_access_key_id = AKIA1\naws_secret_access_key = secret-of-the-test\n"
    keys = []
    for role in ("reader", "reader", "writer"):
        file = tmp_path / "config"
        file.write_text(
            f"[profile role]\nrole_arn = arn:aws:iam::123456789012:role/{role}\nsource_profile = work\n{source}"
        )
        monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
        (tmp_path / "credentials").write_text(source)
        keys.append(Connection(Module(profile="role")).key())
    assert keys[0] == keys[1] != keys[2]
    assert not any("secret-of-the-test" in key for key in keys)


def test_the_key_holds_no_secret(no_credentials, monkeypatch):
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "what-nobody-may-read")
    assert "what-nobody-may-read" not in Connection(Module(**KEYS)).key()


@pytest.fixture
def attempts(monkeypatch):
    """Return a function that sends one request, which always fails, and returns how often it was sent."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)

    def send(service, operation, failure):
        client, sent = Connection(Module(**KEYS)).client(service, "us-east-1"), []

        def answer(**kwargs):
            sent.append(failure)
            if isinstance(failure, Exception):
                raise failure
            raw = io.BytesIO(f"<ErrorResponse><Error><Code>{failure}</Code></Error></ErrorResponse>".encode())
            raw.stream = lambda **kwargs: iter([raw.getvalue()])
            return AWSResponse("https://dead", 400, {}, raw)

        client.meta.events.register("before-send", answer)
        with pytest.raises((exceptions.BotoCoreError, exceptions.ClientError)):
            getattr(client, operation)()
        return len(sent)

    return send


@pytest.mark.parametrize("failure", [DEAD, CLOSED, PROXY], ids=lambda failure: type(failure).__name__)
def test_the_first_request_of_a_run_gives_up_without_a_connection(attempts, failure):
    assert attempts("sts", "get_caller_identity", failure) == 2


def test_throttled_and_later_requests_are_repeated_ten_times(attempts):
    assert attempts("sts", "get_caller_identity", "Throttling") == 11
    assert attempts("ec2", "describe_vpcs", DEAD) == 11


def test_the_time_for_the_first_connection_is_short_and_can_be_set():
    def timeouts(service, **params):
        config = Connection(Module(**KEYS, **params)).client(service, "us-east-1").meta.config
        return config.connect_timeout, config.read_timeout

    assert timeouts("sts") == (5, 15)
    assert timeouts("sts", aws_config={"connect_timeout": 40}) == (40, 15)
    assert timeouts("ec2") == (60, 60)


@pytest.mark.parametrize("name", ["access_key", "secret_key", "session_token"])
def test_a_profile_beside_keys_is_refused(name):
    with pytest.raises(Refused, match=r"profile is 'work' \(or AWS_PROFILE\).*unset AWS_PROFILE"):
        Connection(Module(profile="work", **{name: "secret-of-the-test"}))


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"endpoint_url": "nonsense"}, "Invalid endpoint: nonsense"),
        ({"aws_ca_bundle": "/does/not/exist"}, "the CA bundle /does/not/exist cannot be loaded"),
    ],
    ids=["endpoint", "bundle"],
)
def test_errors_of_the_configuration_are_errors_of_botocore(params, words):
    with pytest.raises(exceptions.InvalidConfigError, match=words):
        Connection(Module(**KEYS, **params)).client("ec2", "us-east-1")


def test_a_region_that_is_no_name_keeps_its_error():
    """It is an error of botocore and a ValueError, too."""
    with pytest.raises(exceptions.InvalidRegionError):
        Connection(Module(**KEYS)).client("ec2", "us east 1")

"""What is wrong around a run, such as credentials or the network, ends it with one failed task and one sentence."""

from __future__ import annotations

import shutil
import socket

import pytest
import yaml

from .conftest import ROOT, finish

CRASH = ("Traceback", "Unexpected Exception", "this is probably a bug", "MODULE FAILURE")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIALOCAL", "AWS_SECRET_ACCESS_KEY": "secret-of-the-test", "AWS_SESSION_TOKEN": "token-x"}


@pytest.fixture
def closed_port():
    """Return a port on which nothing listens: it is bound, and refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
def play(aws, site, tmp_path):
    """Return a function that plans dev with other values of mtk_aws_environment, and returns the one message.

    ``shell`` are variables of the user's shell.
    """

    def run(environment, **shell):
        text = {name: str(value) for name, value in environment.items()}
        defaults = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": str(tmp_path / "no")}
        extra = tmp_path / "extra.yml"
        extra.write_text(yaml.safe_dump({"mtk_aws_environment": {**defaults, **text}}))
        played = site("dev").play("site.yml", "--check", "-e", f"@{extra}", expect=2, **shell)
        assert not [words for words in CRASH if words in played.text], played.text
        assert not [secret for secret in list(KEYS.values())[1:] if secret in played.text], played.text
        assert played.failed == 1, played.text
        assert played.mutating == []
        return " ".join(played.text.split())

    return run


def test_a_profile_that_does_not_exist(play, aws, tmp_path):
    assert "The AWS profile 'nonexistent' does not exist. Correct AWS_PROFILE" in play(
        {"AWS_ENDPOINT_URL": aws.url}, AWS_PROFILE="nonexistent"
    )


def test_a_profile_beside_keys(play, aws):
    assert "profile is 'work' (or AWS_PROFILE), and access_key" in play(
        {"AWS_ENDPOINT_URL": aws.url, **KEYS}, AWS_PROFILE="work"
    )


def test_a_configuration_file_that_is_not_valid(play, aws, tmp_path):
    (tmp_path / "broken").write_text("aws_secret_access_key = secret-of-the-test\n")
    assert f"configuration file {tmp_path}/broken cannot be read" in play(
        {"AWS_ENDPOINT_URL": aws.url}, AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "broken")
    )


def test_no_credentials(play, aws, tmp_path):
    none = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no")}
    assert "No AWS credentials were found. Log in" in play({"AWS_ENDPOINT_URL": aws.url, **none})


def test_a_program_for_credentials_that_does_not_exist(play, aws, tmp_path):
    (tmp_path / "credentials").write_text("[default]\ncredential_process = /does/not/exist\n")
    file = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")}
    assert "The AWS configuration is not valid: [Errno 2]" in play({"AWS_ENDPOINT_URL": aws.url, **file})


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("AWS_DEFAULTS_MODE", "fastest", "invalid defaults mode: fastest. Valid defaults modes include"),
        ("AWS_CA_BUNDLE", "/does/not/exist", "the CA bundle /does/not/exist cannot be loaded"),
        ("AWS_ENDPOINT_URL", "nonsense", "The AWS configuration is not valid: Invalid endpoint: nonsense"),
    ],
)
def test_a_variable_that_is_not_valid(play, aws, variable, value, words):
    assert words in play({"AWS_ENDPOINT_URL": aws.url, **KEYS, variable: value}, **{variable: value})


def test_a_proxy_that_does_not_answer(play, closed_port):
    """No endpoint is given: the requests would go to AWS itself, through the proxy."""
    proxy = f"http://user:secret-of-the-test@127.0.0.1:{closed_port}"
    words = play({**KEYS, "AWS_ENDPOINT_URL": "", "HTTPS_PROXY": proxy, "NO_PROXY": ""})
    assert f"The proxy http://***@127.0.0.1:{closed_port} does not answer. Correct HTTPS_PROXY" in words


def test_an_endpoint_that_does_not_answer(play, closed_port):
    url = f"http://127.0.0.1:{closed_port}"
    words = play({**KEYS, "AWS_ENDPOINT_URL": url})
    assert f"AWS cannot be reached at {url}" in words
    assert "Incomplete: a task failed, and the tasks after it did not run. Next: correct the cause" in words


def test_the_local_aws_that_does_not_run(site, tmp_path):
    inventories = tmp_path / "inventories"
    shutil.copytree(ROOT / "inventories", inventories)
    arguments = ["--check", "-i", str(inventories / "dev"), "-i", str(inventories / "local")]
    dev = site("dev")
    words = [*dev.command("site.yml")[:2], *arguments]
    environ = {name: value for name, value in dev.environ().items() if name != "MTK_LOCAL_AWS_URL"}
    code, stdout, stderr = finish(words, cwd=ROOT, env=environ)
    text = " ".join((stdout + stderr).split())
    assert code == 2 and "The local AWS is not running. Start it with: make local." in text, text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ExpiredToken", "The AWS credentials have expired (ExpiredToken). Log in again"),
        ("InvalidClientTokenId", "AWS does not accept the credentials (InvalidClientTokenId)"),
        ("RequestTimeTooSkewed", "The clock of this machine differs"),
    ],
)
def test_credentials_that_aws_does_not_accept(play, aws, code, words):
    aws.control.fault("sts:GetCallerIdentity", "error", code=code, times=9)
    assert words in play({"AWS_ENDPOINT_URL": aws.url, **KEYS})
    assert [call["operation"] for call in aws.control.calls()] == ["GetCallerIdentity"]

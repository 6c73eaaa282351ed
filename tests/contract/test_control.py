"""The server's own interface: who may use it, its arguments, and the directory of saved states."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from emulator.guard import Guard
from emulator.saved import Saved
from emulator.server import Control

TESTS = Path(__file__).parents[1]
PAGES = [
    {"Host": "attacker.example:{port}"},
    {"Host": "127.0.0.1:1"},
    {"Host": "localhost"},
    {"Host": "localhost.attacker.example:{port}"},
    {"Origin": "http://attacker.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "https://127.0.0.1:{port}"},
    {"Sec-Fetch-Site": "cross-site"},
]


def ask(aws: Any, path: str = "/_local/health", verb: str = "GET", **headers: str) -> tuple[int, Any]:
    """Send a request, and return the status and the JSON of the answer."""
    port = aws.url.rpartition(":")[2]
    filled = {name.replace("_", "-"): value.format(port=port) for name, value in headers.items()}
    request = urllib.request.Request(aws.url + path, method=verb, headers=filled)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def refusal(aws: Any, verb: str, request: str, /, **query: object) -> str:
    """Return the sentence with which the interface refuses a request."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        aws.control.ask(verb, request, **query)
    assert caught.value.code == 400
    return str(json.load(caught.value)["error"])


def test_only_the_health_can_be_read_without_the_token(aws: Any) -> None:
    assert ask(aws)[1]["status"] == "ok"
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "x"}):
        status, answer = ask(aws, "/_local/calls", **headers)
        assert status == 403 and "The token is in: Server.token" in answer["error"]
    assert ask(aws, "/_local/health", "POST")[0] == 403
    before = len(aws.control.calls())
    assert ask(aws, "/_local/reset", "POST")[0] == 403
    assert len(aws.control.calls()) == before


@pytest.mark.parametrize("headers", PAGES, ids=str)
def test_a_web_page_cannot_use_the_server(aws: Any, headers: dict[str, str]) -> None:
    """Neither its own interface, nor AWS's."""
    status, answer = ask(aws, **headers)
    assert status == 403 and "the local AWS" in answer["error"]
    assert ask(aws, "/", **headers)[0] == 403
    assert aws.control.calls() == []


@pytest.mark.parametrize(
    "headers",
    [{"Host": "localhost:{port}"}, {"Host": "[::1]:{port}"}, {"Origin": "http://localhost:{port}"},
     {"Sec-Fetch-Site": "same-origin"}],
    ids=str,
)  # fmt: skip
def test_the_server_knows_its_own_names(aws: Any, headers: dict[str, str]) -> None:
    assert ask(aws, **headers)[0] == 200


def test_only_requests_to_aws_can_use_names_below_localhost(aws: Any) -> None:
    assert ask(aws, Host="bucket.localhost:{port}")[0] == 403

    def send(host: str) -> Any:
        client = boto3.client(
            "ec2", "us-east-1", endpoint_url=aws.url, aws_access_key_id="local", aws_secret_access_key="local"
        )
        port = aws.url.rpartition(":")[2]
        client.meta.events.register("before-send", lambda request, **_: request.headers.update(Host=f"{host}:{port}"))
        return client.describe_vpcs()

    assert send("ec2.localhost")["Vpcs"]
    with pytest.raises(ClientError, match="The Host of the request is 'attacker.example:") as refusal:
        send("attacker.example")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_interface_says_what_is_wrong_with_the_arguments(aws: Any) -> None:
    assert refusal(aws, "POST", "region") == "POST /_local/region needs the argument name."
    assert refusal(aws, "POST", "clock", advnce=3) == (
        "POST /_local/clock has no argument advnce. It takes: scale, advance."
    )
    assert refusal(aws, "POST", "lag", reads="x") == "reads is 'x', but must be a number."
    assert "times is 'x'" in refusal(aws, "POST", "faults", service="ec2", operation="A", effect="throttle", times="x")
    assert "use one of" in refusal(aws, "POST", "quota", name="x", value=1)
    assert ask(aws, "/_local/nothing", Authorization=f"Bearer {aws.token}")[0] == 404


def test_states_are_names_in_the_directory_of_the_server(aws: Any, tmp_path: Path) -> None:
    from emulator.saved import SAVED

    aws.control.save("state")
    (SAVED.directory / "link").symlink_to(tmp_path / "outside")
    for name in ("../state", str(tmp_path / "state"), "a/b", "..", ".key", ".other", "", "link"):
        assert "is not the name of a state" in refusal(aws, "POST", "save", name=name)
        assert "is not the name of a state" in refusal(aws, "POST", "load", name=name)
    assert "There is no saved state 'other'" in refusal(aws, "POST", "load", name="other")
    assert not list(tmp_path.iterdir())
    aws.control.load(SAVED.directory / "state")


def test_a_state_that_was_changed_is_not_loaded(aws: Any) -> None:
    from emulator.saved import SAVED

    aws.control.save("state")
    path = SAVED.path("state")
    content = path.read_bytes()
    for changed in (content[:-1] + bytes([content[-1] ^ 1]), content[32:], b""):
        path.write_bytes(changed)
        assert "was not saved by this server" in refusal(aws, "POST", "load", name="state")
    path.write_bytes(content)
    aws.control.load("state")


def test_directories_and_keys_that_others_can_reach_are_refused(tmp_path: Path) -> None:
    saved = Saved()
    saved.use(tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    saved.write("a", b"1")
    assert saved.read("a") == b"1"
    assert stat.S_IMODE((tmp_path / "new/.key").stat().st_mode) == 0o600
    (tmp_path / "new/.key").chmod(0o640)
    with pytest.raises(ValueError, match="Others can read the key"):
        saved.read("a")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(ValueError, match="Others can write"):
        saved.use(tmp_path / "open")
    saved.use(None)
    temporary = saved.directory
    saved.close()
    assert not temporary.exists()


def test_a_token_file_is_new_and_private(tmp_path: Path) -> None:
    path, other = tmp_path / "token", tmp_path / "other"
    other.write_text("mine")
    path.symlink_to(other)
    guard = Guard(path)
    assert path.read_text().strip() == guard.token != Guard().token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and other.read_text() == "mine"


def test_a_server_process_keeps_its_token_and_states_beside_its_url(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "emulator", "--url-file", str(tmp_path / "url")]
    process = subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        url, token = process.stdout.readline().strip(), tmp_path / "url.token"
        assert (tmp_path / "url").read_text().strip() == url
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
        Control(url, token.read_text().strip()).save("a")
        assert {path.name for path in (tmp_path / "url.state").iterdir()} == {".key", "a"}
    finally:
        process.terminate()
        process.wait(timeout=60)
    assert not token.exists(), "a stopped server leaves no token"
    done = subprocess.run([*command, "--state", "b"], cwd=TESTS, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "There is no saved state 'b'" in done.stderr


@pytest.mark.parametrize(
    ("name", "query"),
    [
        *((name, f"{argument}={value}") for value in ("nan", "inf", "1e300", "-1") for name, argument in (
            ("clock", "advance"), ("clock", "scale"), ("lag", "reads"), ("quota?name=vpcs&", "value"),
            ("faults?service=ec2&operation=CreateVpc&effect=late&", "seconds"),
            ("faults?service=ec2&operation=CreateVpc&effect=throttle&", "times"),
        ) if (argument, value) != ("advance", "-1")),  # AWS's clock may be behind that of the client
    ],
)  # fmt: skip
def test_numbers_are_finite_and_not_negative(aws: Any, name: str, query: str) -> None:
    """A clock at no moment would stop the server."""
    address = f"{aws.url}/_local/{name}{'' if '?' in name else '?'}{query}"
    headers = aws.control._headers
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(address, method="POST", headers=headers), timeout=10)
    assert caught.value.code == 400
    text = json.load(caught.value)["error"]
    assert "must be a number" in text or "negative" in text
    aws.client("ec2").describe_vpcs()


def test_the_call_log_shows_no_plaintext(aws: Any) -> None:
    kms = aws.client("kms")
    kms.encrypt(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"secret")
    assert aws.control.calls()[-1]["parameters"]["Plaintext"] == "***"


def test_a_server_does_not_delete_the_token_of_its_successor(tmp_path: Path) -> None:
    file = tmp_path / "url.token"
    first, second = Guard(file), Guard(file)
    first.withdraw()
    assert file.read_text(encoding="utf-8").strip() == second.token
    second.withdraw()
    second.withdraw()
    assert not file.exists()

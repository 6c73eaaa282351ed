"""The recipes of docs/using/credentials.md: a plan with each source of credentials, under the account check and IAM.

The runs have a HOME of their own, with the files that a user has. Each plan has the first stages of every playbook and
one resource, and IAM decides about every request: an unknown key, a wrong token or an expired session is refused.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from .conftest import BIN, ROOT, Played, Site, finish
from .test_interrupted import wait_for

sys.path.insert(0, str(ROOT / "tests/contract"))
from emulator.iam.mfa import STEP, code
from iam_callers import ACCOUNT, User, allow, trust
from oidc import GITHUB, Issuer, provider
from oidc import trust as trust_of_jobs

pytestmark = pytest.mark.timeout(1800)
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
PLAYBOOK = f"""\
- import_playbook: {ROOT}/playbooks/stages/01_settings.yml
- import_playbook: {ROOT}/playbooks/stages/02_account.yml
- hosts: all
  gather_facts: false
  module_defaults:
    group/mtk.backend.aws: {{region: "{{{{ inventory_hostname }}}}"}}
  tasks:
    - mtk.backend.logs_log_group:
        log_group_name: dev_credentials
"""


@dataclass
class Shell:
    """A user's shell: a home directory with AWS's files, and variables."""

    aws: Any
    home: Path
    secrets: list[str] = field(default_factory=list)  # what no output may contain

    def write(self, name: str, text: str) -> Path:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def keys(self, given: dict[str, Any]) -> str:
        """Return keys as lines of a credentials file, and remember the secrets."""
        self.secrets += [given[name] for name in ("SecretAccessKey", "SessionToken") if given.get(name)]
        lines = [f"aws_access_key_id = {given['AccessKeyId']}", f"aws_secret_access_key = {given['SecretAccessKey']}"]
        return "\n".join(
            [*lines, *([f"aws_session_token = {given['SessionToken']}"] if given.get("SessionToken") else [])]
        )

    def variables(self, given: dict[str, Any], token: str = "AWS_SESSION_TOKEN") -> dict[str, str]:
        """Return keys as environment variables, and remember the secrets."""
        self.keys(given)
        found = {"AWS_ACCESS_KEY_ID": given["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"]}
        return {**found, token: given["SessionToken"]} if given.get("SessionToken") else found

    def play(
        self, *arguments: str, expect: int = 0, inventory: dict[str, str] | None = None, **variables: str
    ) -> Played:
        """Plan one resource of dev. ``inventory`` are variables of all AWS modules."""
        site = Site(self.aws, "dev")
        extra = self.write("extra.yml", yaml.safe_dump({"mtk_aws_environment": inventory or {}}))
        own = {"HOME": str(self.home), "AWS_ENDPOINT_URL": self.aws.url, "AWS_EC2_METADATA_DISABLED": "true"}
        playbook = str(self.write("plan.yml", PLAYBOOK))
        command = [playbook, "--check", "-i", str(ROOT / "inventories/dev"), "-e", f"@{extra}"]
        command += ["-e", f"expected_account_id={ACCOUNT}", "-vvv", *arguments]
        environ = site.environ(**own, **variables)
        environ.pop("MTK_LOCAL_AWS_URL")
        before = len(self.aws.mutating())
        status, out, err = finish([str(BIN / "ansible-playbook"), *command], cwd=ROOT, env=environ)
        played = Played(status, out + err, self.aws.mutating()[before:])
        assert played.code == expect, played.text[-6000:]
        assert not [secret for secret in self.secrets if secret in played.text]
        assert played.mutating == []
        if expect == 0:
            assert "+ logs_log_group" in played.text
        return played

    def callers(self) -> set[str]:
        """Return the operations of STS that the runs have sent."""
        return {call["operation"] for call in self.aws.control.calls() if call["service"] == "sts"}


@pytest.fixture
def shell(aws: Any, tmp_path: Path) -> Shell:
    return Shell(aws, tmp_path)


@pytest.fixture
def user(aws: Any, shell: Shell) -> User:
    """Return a user who may assume roles and read, and switch IAM on."""
    made = User(aws)
    made.may(allow("*"))
    aws.control.enforce_iam()
    return made


def role(aws: Any, name: str, policy: str) -> str:
    iam = aws.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=ADMIN)
    return str(arn)


def words(played: Played) -> str:
    return " ".join(played.text.split())


def test_keys_and_session_tokens_in_the_environment(shell: Shell, user: User) -> None:
    shell.play(**shell.variables(user.keys))
    session = user.client("sts").get_session_token()["Credentials"]
    shell.play(**shell.variables(session))
    shell.play(**shell.variables(session, token="AWS_SECURITY_TOKEN"))  # as old versions of AWX do


def test_a_profile_with_a_role_of_another_profile(shell: Shell, user: User, aws: Any) -> None:
    arn = role(aws, "deploy", trust(user.arn))
    config = f"""\
        [profile dev]
        role_arn = {arn}
        source_profile = me
        """
    shell.write(".aws/config", config)
    shell.write(".aws/credentials", f"[me]\n{shell.keys(user.keys)}\n")
    shell.play(AWS_PROFILE="dev")
    assert "AssumeRole" in shell.callers()
    shell.play(inventory={"AWS_PROFILE": "dev"})  # of an environment whose account has a profile of its own


def test_a_profile_whose_source_are_the_keys_of_the_environment(shell: Shell, user: User, aws: Any) -> None:
    arn = role(aws, "deploy", trust(user.arn))
    shell.write(".aws/config", f"[profile ci]\nrole_arn = {arn}\ncredential_source = Environment\n")
    shell.play(AWS_PROFILE="ci", **shell.variables(user.keys))
    assert "AssumeRole" in shell.callers()
    beside = shell.write("inventory/aws_config", f"[profile dev]\nrole_arn = {arn}\ncredential_source = Environment\n")
    of_inventory = {"AWS_CONFIG_FILE": str(beside), "AWS_PROFILE": "dev"}  # as in the recipe for AWX
    shell.play(inventory=of_inventory, **shell.variables(user.keys))
    wrong = shell.play(AWS_PROFILE="other", expect=2, **shell.variables(user.keys))
    assert "Give either a profile or keys" in words(wrong)


def test_a_program_that_returns_credentials(shell: Shell, user: User) -> None:
    session = user.client("sts").get_session_token()["Credentials"]
    shell.keys(session)
    answer = {**session, "Version": 1, "Expiration": session["Expiration"].isoformat()}
    file = shell.write("answer.json", json.dumps(answer))
    shell.write(".aws/config", f"[profile vault]\ncredential_process = cat {file}\n")
    shell.play(AWS_PROFILE="vault")


def test_the_token_of_a_ci_job(shell: Shell, aws: Any) -> None:
    issuer = Issuer(aws)
    arn = role(aws, "ci", trust_of_jobs(provider(aws), "repo:mtk/backend:environment:dev"))
    aws.control.enforce_iam()
    token = issuer.token()
    shell.secrets.append(token)
    given = {"AWS_ROLE_ARN": arn, "AWS_ROLE_SESSION_NAME": "job-1"}
    file = shell.write("token", token)
    shell.play(**given, AWS_WEB_IDENTITY_TOKEN_FILE=str(file))
    assert shell.callers() >= {"AssumeRoleWithWebIdentity", "GetCallerIdentity"}

    for other, sentence in (
        (issuer.token(sub="repo:mtk/backend:ref:refs/heads/feature"), "AccessDenied"),
        (issuer.token(seconds=-5), "The token of the identity provider has expired (ExpiredTokenException)"),
        (issuer.token(aud=GITHUB), "InvalidIdentityToken"),
    ):
        shell.secrets.append(other)
        file.write_text(other, encoding="utf-8")
        assert sentence in words(shell.play(**given, AWS_WEB_IDENTITY_TOKEN_FILE=str(file), expect=2))


def test_a_profile_with_mfa_uses_the_session_of_the_aws_cli(shell: Shell, user: User, aws: Any) -> None:
    iam, arn = aws.client("iam"), ""
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    serial, seed = made["SerialNumber"], made["Base32StringSeed"].decode()
    shell.secrets.append(seed)

    def current(later: int) -> str:
        return code(seed, int(aws.control.ask("GET", "health")["now"]) // STEP + later)

    codes = {"AuthenticationCode1": current(-1), "AuthenticationCode2": current(0)}
    iam.enable_mfa_device(UserName=user.name, SerialNumber=serial, **codes)
    arn = role(aws, "deploy", trust(user.arn, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    config = f"[profile dev]\nrole_arn = {arn}\nsource_profile = me\nmfa_serial = {serial}\n"
    shell.write(".aws/config", config)
    shell.write(".aws/credentials", f"[me]\n{shell.keys(user.keys)}\n")
    refused = words(shell.play(AWS_PROFILE="dev", expect=2))
    assert "The AWS profile 'dev' needs an MFA code, and a run cannot ask for it." in refused
    assert "Traceback" not in refused
    sts = user.client("sts")
    session = sts.assume_role(RoleArn=arn, RoleSessionName="me", SerialNumber=serial, TokenCode=current(1))
    cached = {"RoleArn": arn, "SerialNumber": serial}
    name = sha1(json.dumps(cached, sort_keys=True).encode()).hexdigest()  # as the AWS CLI and botocore name the file
    kept = {"Credentials": {**session["Credentials"], "Expiration": session["Credentials"]["Expiration"].isoformat()}}
    shell.keys(session["Credentials"])
    shell.write(f".aws/cli/cache/{name}.json", json.dumps(kept))
    shell.play(AWS_PROFILE="dev")
    assert sorted(path.name for path in (shell.home / ".aws").rglob("*.json")) == [f"{name}.json"]


class Portal(BaseHTTPRequestHandler):
    """A stub of the portal of IAM Identity Center: GetRoleCredentials, for one token."""

    issue: Callable[[], dict[str, Any]]

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = parse_qs(url.query)
        known = self.headers["x-amz-sso_bearer_token"] == "token-of-the-portal"
        right = (url.path, asked.get("role_name")) == ("/federation/credentials", ["deploy"])
        status = 200 if known and right else 401
        if status == 401:
            self.send_response(401)
            self.send_header("x-amzn-ErrorType", "UnauthorizedException")
            answer: dict[str, Any] = {"message": "Session token not found or invalid"}
        else:
            self.send_response(200)
            made = type(self).issue()
            names = {"accessKeyId": "AccessKeyId", "secretAccessKey": "SecretAccessKey", "sessionToken": "SessionToken"}
            shown = {name: made[key] for name, key in names.items()}
            answer = {"roleCredentials": {**shown, "expiration": int(made["Expiration"].timestamp() * 1000)}}
        body = json.dumps(answer).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing."""


@pytest.fixture
def portal(user: User, aws: Any) -> Iterator[str]:
    """Return the URL of a stub of the portal that issues sessions of a role."""
    arn = role(aws, "deploy", trust(user.arn))
    sts = user.client("sts")
    Portal.issue = staticmethod(lambda: sts.assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"])
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_profile_of_iam_identity_center(shell: Shell, portal: str) -> None:
    config = f"""\
        [sso-session work]
        sso_start_url = https://work.awsapps.com/start
        sso_region = us-east-1
        sso_registration_scopes = sso:account:access

        [profile dev]
        sso_session = work
        sso_account_id = {ACCOUNT}
        sso_role_name = deploy
        """
    shell.write(".aws/config", config)
    shell.secrets.append("token-of-the-portal")
    cached = f".aws/sso/cache/{sha1(b'work').hexdigest()}.json"
    given = {"AWS_PROFILE": "dev", "AWS_ENDPOINT_URL_SSO": portal}
    assert "Log in" in words(shell.play(expect=2, **given))
    later = (datetime.now(UTC) + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%SZ")
    token = {"startUrl": "https://work.awsapps.com/start", "region": "us-east-1", "expiresAt": later}
    shell.write(cached, json.dumps({**token, "accessToken": "token-of-the-portal"}))
    shell.play(**given)
    shell.write(cached, json.dumps({**token, "accessToken": "token-that-was-revoked"}))
    assert "The AWS SSO session has expired" in words(shell.play(expect=2, **given))


def test_two_environments_in_two_accounts_from_one_shell(shell: Shell, user: User) -> None:
    """The profile of the inventory decides, and the check of the account notices a wrong one."""
    other = {"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA", "SecretAccessKey": "secret-of-another-account"}
    shell.write(".aws/credentials", f"[dev]\n{shell.keys(user.keys)}\n[default]\n{shell.keys(other)}\n")
    assert "AWS does not accept the credentials" in words(shell.play(expect=2))
    shell.play(inventory={"AWS_PROFILE": "dev"})
    wrong = shell.play("-e", "expected_account_id=999999999999", inventory={"AWS_PROFILE": "dev"}, expect=2)
    assert f"The credentials belong to account {ACCOUNT}, but expected_account_id" in words(wrong)


def test_a_session_that_ends_in_the_middle_of_an_apply_and_the_run_after_it(shell: Shell, user: User, aws: Any) -> None:
    """The run ends with a sentence, and a run with a new session finishes the work."""
    site, arguments = Site(aws, "dev"), ("--tags", "ipam_vpc")

    def given() -> tuple[str, str]:
        session = user.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
        variables = {"AWS_ENDPOINT_URL": aws.url, **shell.variables(session)}
        return "-e", f"@{shell.write('extra.json', json.dumps({'mtk_aws_environment': variables}))}"

    process = site.start("site.yml", *arguments, *given())
    wait_for(aws, process, "ec2:CreateVpc")
    aws.control.advance(901)
    text = process.communicate(timeout=600)[0]
    assert process.returncode == 2
    sentence = (
        r"The AWS credentials have expired \((RequestExpired|ExpiredToken|ExpiredTokenException)\)\. Log in again"
    )
    assert re.search(sentence, " ".join(text.split())), text[-6000:]
    assert not [secret for secret in shell.secrets if secret in text]
    site.play("site.yml", *arguments, *given())
    assert len(aws.client("ec2").describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["false"]}])["Vpcs"]) == 1
    assert aws.client("ec2").describe_flow_logs()["FlowLogs"]

"""playbooks/outputs.yml on built, partly built and empty accounts."""

from __future__ import annotations

import json
import re
import shlex
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ansible_collections.mtk.backend.plugins.module_utils.engine import _artifact, _document

from .conftest import BIN, ROOT, Played, Site

pytestmark = pytest.mark.timeout(1800)
Built = Callable[[str], Site]
SCHEMA = json.loads((ROOT / "docs/using/outputs.schema.json").read_text())
OUTPUTS = "playbooks/outputs.yml"
HOME = "us-east-1"
# Optional by the settings of dev: it has no global database.
NOT_IN_DEV = {"global_cluster_identifier", "global_cluster_arn", "global_writer_endpoint", "writer_region"}


def outputs(live: Site, path: Path, *arguments: str) -> tuple[dict[str, Any], Played]:
    """Return the document and the run, which has sent no request that changes something or reads a secret."""
    live.aws.control.ask("DELETE", "calls")
    played = live.play(OUTPUTS, "-e", f"outputs_json={path}", *arguments, ANSIBLE_SHOW_CUSTOM_STATS="true")
    assert played.mutating == [] and played.changed == 0
    operations = {call["operation"] for call in live.aws.control.calls()}
    assert operations and not operations & {"GetSecretValue", "BatchGetSecretValue", "GetRandomPassword"}
    document: dict[str, Any] = json.loads(path.read_text())
    jsonschema.validate(document, SCHEMA)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return document, played


def run_command(command: str) -> Any:
    """Run a command of the AWS CLI as printed, in a shell, and return its answer."""
    environ = {"PATH": f"{BIN}:/usr/bin:/bin", "AWS_ACCESS_KEY_ID": "local", "AWS_EC2_METADATA_DISABLED": "true"}
    environ["AWS_SECRET_ACCESS_KEY"] = "emulator-secret-key"
    done = subprocess.run(
        ["bash", "-c", command], env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return json.loads(done.stdout)


def psql(command: str) -> dict[str, str]:
    """Return the parameters of the connection that a command with psql makes."""
    connection = shlex.split(command.split(" psql ", 1)[1])[0]
    return dict(part.split("=", 1) for part in connection.split())


def test_dev_with_all_forms_and_commands(aws: Any, built: Built, tmp_path: Path) -> None:
    live = built("dev")
    secret = aws.client("secretsmanager").list_secrets()["SecretList"][0]["ARN"]
    password = json.loads(aws.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])["password"]
    table, terraform = tmp_path / "table", tmp_path / "terraform.json"
    extra = (
        "-e",
        f"outputs_table={table}",
        "-e",
        f"outputs_terraform={terraform}",
        "-e",
        "outputs_artifact=true",
        "-vvv",
    )
    document, played = outputs(live, tmp_path / "json", *extra)
    written = [path.read_text() for path in (tmp_path / "json", table, terraform)]
    assert all(password not in text for text in (*written, played.text))

    assert (document["complete"], document["missing"]) == (True, [])
    home = document["regions"][HOME]
    assert {name for name, value in home.items() if value is None} == set()
    assert {name for name, value in document["shared"].items() if value is None} == NOT_IN_DEV
    (vpc,) = aws.client("ec2").describe_vpcs(VpcIds=[home["vpc_id"]])["Vpcs"]
    assert vpc["CidrBlock"] == home["vpc_cidr_block"]
    (cluster,) = aws.client("rds").describe_db_clusters()["DBClusters"]
    assert (cluster["Endpoint"], cluster["ReaderEndpoint"]) == (
        home["cluster_endpoint"],
        home["cluster_reader_endpoint"],
    )
    assert home["master_user_secret_arn"] == secret
    described = aws.client("dynamodb").describe_table(TableName=home["table_name"])["Table"]
    assert described["LatestStreamArn"] == home["table_stream_arn"]
    assert described["SSEDescription"]["KMSMasterKeyArn"] == home["table_key_arn"]

    assert written[1].splitlines()[0] == "Outputs of dev (account 123456789012, partition aws)"
    assert written[1].rstrip() in played.text, "the run shows the table at its end"
    assert json.loads(written[2])["vpc_id"]["value"] == {HOME: home["vpc_id"]}
    handed_over = played.text.split("CUSTOM STATS:", 1)[1]
    assert '"mtk_outputs_artifact"' in handed_over and home["vpc_id"] in handed_over

    found = {each["purpose"]: each["command"] for each in document["commands"][HOME]}
    connect = found.pop("Connect to the database from inside the VPC")
    assert psql(connect)["host"] == home["cluster_endpoint"] and psql(connect)["sslmode"] == "verify-full"
    read = found.pop("Read the password of the master user")
    assert read in connect and run_command(read)["password"] == password
    assert len(found) == 10
    answers = {purpose: run_command(command) for purpose, command in found.items()}
    assert len(answers["List the subnets"]["Subnets"]) == 6
    assert len(answers["List the instances"]["DBInstances"]) == 1


def test_the_example_for_ansible(built: Built, tmp_path: Path) -> None:
    live, page = built("dev"), (ROOT / "docs/using/outputs.md").read_text()
    playbook = tmp_path / "mine.yml"
    playbook.write_text(re.findall(r"```yaml\n(.*?)```", page, re.S)[0])
    assert yaml.safe_load(playbook.read_text())[0]["ansible.builtin.import_playbook"] == "mtk.backend.outputs"
    played = live.play(str(playbook))
    assert played.mutating == [] and '"msg": "dev-us-east-1-aurora-cluster.cluster-' in played.text


def test_an_apply_ends_with_a_short_table_and_a_plan_has_none(built: Built) -> None:
    live = built("dev")
    applied = live.play("site.yml", "--tags", "aurora")
    assert applied.mutating == []
    assert "Outputs of dev (account" in applied.text and "    cluster_endpoint\n" in applied.text
    inventories = " ".join(f"-i {Path('inventories') / name}" for name in ("dev", "local"))
    assert f"All outputs: ansible-playbook playbooks/outputs.yml {inventories} --tags aurora\n" in applied.text
    assert "aws ec2" not in applied.text
    assert applied.text.rstrip().splitlines()[-1].startswith("Apply of dev: no changes")
    assert "Outputs of dev" not in live.play("site.yml", "--check", "--tags", "aurora").text


def test_an_empty_and_a_partly_built_account(aws: Any, site: Any, tmp_path: Path) -> None:
    live = site("dev")
    document, played = outputs(live, tmp_path / "empty")
    assert "Nothing of the environment was found in the account." in played.text
    assert not document["complete"] and document["commands"][HOME] == []
    assert {value for section in (document["shared"], document["regions"][HOME]) for value in section.values()} == {
        None
    }

    live.play("site.yml", "--tags", "ipam_vpc")
    document, played = outputs(live, tmp_path / "partly")
    named = {each.partition(".")[2] for each in document["missing"]}
    home = document["regions"][HOME]
    assert {"cluster_endpoint", "table_arn"} <= named and "vpc_id" not in named
    assert named == {name for name, value in {**home, **document["shared"]}.items() if value is None} - NOT_IN_DEV
    assert "Missing, because it is not built yet:" in played.text
    document, _ = outputs(live, tmp_path / "tags", "--tags", "ipam_vpc")
    assert (document["complete"], document["roles"]) == (True, ["ipam_vpc"])


def test_nothing_is_written_if_the_outputs_of_a_region_cannot_be_read(aws: Any, site: Any, tmp_path: Path) -> None:
    aws.control.fault("dynamodb:DescribeTable", "denied", region="us-west-2", times="always")
    path = tmp_path / "outputs.json"
    played = site("qa").play("playbooks/outputs.yml", "-e", f"outputs_json={path}", expect=2)
    assert "The outputs of us-west-2 could not be read, so none are written." in " ".join(played.text.split())
    assert not path.exists()


def test_parameters_of_others_are_kept_and_fail_the_run(aws: Any, built: Built) -> None:
    live, ssm = built("dev"), aws.client("ssm")
    ssm.put_parameter(Name="/mtk/dev/table_name", Value="theirs", Type="String")
    tags = [{"Key": "mtk:environment", "Value": "qa"}]
    ssm.put_parameter(Name="/mtk/dev/table_key_arn", Value="theirs", Type="String", Tags=tags)
    write = ("-e", "outputs_ssm_prefix=/mtk/dev", "-e", "outputs_ssm=true", "--tags", "dynamodb_global")
    for arguments in (("--check",), ()):
        played = live.play(OUTPUTS, *write, *arguments, expect=2)
        said = " ".join(played.text.split())
        assert "Resources that need a decision: 2." in said and "belongs to environment 'qa'" in said
        assert "-e adopt=ssm_parameter:/mtk/dev/table_name" in said
    assert played.mutating == ["ssm:PutParameter"] * 3
    found = parameters(aws)
    assert len(found) == 5 and found["table_name"] == found["table_key_arn"] == "theirs"


def test_a_run_that_has_read_nothing_keeps_the_files(built: Built, tmp_path: Path) -> None:
    live, path = built("dev"), tmp_path / "outputs.json"
    path.write_text("of an earlier run")
    given = ("-e", f"outputs_json={path}", "-e", "outputs_ssm=true", "-e", "outputs_ssm_prefix=/mtk/dev")
    for task in ("Read the outputs", "Write the outputs to files", "Write the outputs to SSM parameters"):
        played = live.play(OUTPUTS, *given, "--start-at-task", task, expect=2)
        said = " ".join(played.text.split())
        assert "The run has read no outputs. Run without --start-at-task" in said
        assert played.mutating == [] and path.read_text() == "of an earlier run"


def test_the_name_of_a_file_is_text_or_nothing(site: Any) -> None:
    names = {"outputs_json": None, "outputs_table": 0}
    assert site("dev").play(OUTPUTS, "-e", json.dumps(names)).mutating == []
    played = site("dev").play(OUTPUTS, "-e", json.dumps({"outputs_json": ["a"]}), expect=2)
    assert "it must be a path as text. Write it as a text." in " ".join(played.text.split())


@pytest.mark.slow
def test_prod_and_one_of_its_regions(built: Built, tmp_path: Path) -> None:
    live = built("prod")
    document, _ = outputs(live, tmp_path / "all")
    assert document["missing"] == [] and list(document["regions"]) == ["eu-west-1", HOME, "us-west-2"]
    assert document["shared"]["writer_region"] == HOME
    assert document["shared"]["table_regions"] == ["eu-west-1", HOME, "us-west-2"]
    for region, values in document["regions"].items():
        assert None not in values.values(), region
        for name, value in values.items():
            assert not name.endswith("_arn") or value.split(":")[3] == region, name
        commands = {each["purpose"]: each["command"] for each in document["commands"][region]}
        (connect,) = [command for purpose, command in commands.items() if purpose.startswith("Connect")]
        endpoint = "cluster_endpoint" if region == HOME else "cluster_reader_endpoint"
        assert psql(connect)["host"] == values[endpoint]
    assert run_command(commands["Describe the global database"])["GlobalClusters"]
    names = {values["master_user_secret_arn"].split(":", 4)[4] for values in document["regions"].values()}
    assert len(names) == 1, "the ARNs of the copies differ in the region only"

    limited, _ = outputs(live, tmp_path / "limited", "--limit", "us-west-2")
    assert limited["regions"] == {"us-west-2": document["regions"]["us-west-2"]}
    assert limited["shared"] == document["shared"]


def parameters(aws: Any) -> dict[str, str]:
    pages = aws.client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/mtk/dev", Recursive=True)
    return {each["Name"].rpartition("/")[2]: each["Value"] for page in pages for each in page["Parameters"]}


def test_ssm_parameters_in_four_beats_and_deleted_with_the_environment(aws: Any, built: Built, tmp_path: Path) -> None:
    live = built("dev")
    prefix = ("-e", "outputs_ssm_prefix=/mtk/dev")
    refused = live.play(OUTPUTS, "-e", "outputs_ssm=true", expect=2)
    assert "outputs_ssm_prefix is empty" in " ".join(refused.text.split()) and refused.mutating == []
    aws.client("ssm").put_parameter(Name="/mtk/dev/other", Value="theirs", Type="String")
    write = (*prefix, "-e", "outputs_ssm=true", "--tags", "dynamodb_global")
    planned = live.play(OUTPUTS, *write, "--check")
    assert planned.mutating == [] and "Plan of dev: 5 to create" in planned.text
    document, inherited = tmp_path / "json", tmp_path / "inherited.json"
    plan = _document.document("dev", "plan", [], [], account="123456789012", partition="aws")
    # A later job of a workflow inherits the plan of site.yml, which does not contain the parameters and may be old.
    inherited.write_text(json.dumps({"mtk_plan_artifact": _artifact.pack(plan), "plan_required": True}))
    applied = live.play(OUTPUTS, *write, "-e", f"outputs_json={document}", "-e", f"@{inherited}")
    assert applied.mutating == ["ssm:PutParameter"] * 5
    home = json.loads(document.read_text())["regions"][HOME]
    table = {name: home[name] for name in ("table_name", "table_arn", "table_stream_arn", "table_key_arn")}
    assert parameters(aws) == {**table, "table_regions": f'["{HOME}"]', "other": "theirs"}
    assert live.play(OUTPUTS, *write).mutating == []
    read = "aws ssm get-parameter --region us-east-1 --name /mtk/dev/table_name --query Parameter.Value"
    assert run_command(f"{read} --endpoint-url {aws.url}") == table["table_name"]
    changed = ("-e", "dynamodb_global_kms_key_enabled=false")  # with it, the table has no output table_key_arn
    destroyed = live.destroy(*prefix, *changed, "--tags", "dynamodb_global")
    assert destroyed.mutating.count("ssm:DeleteParameter") == 5
    assert parameters(aws) == {"other": "theirs"}

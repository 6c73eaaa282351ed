"""The outputs: their names, the document, the table, the commands and the form of Terraform."""

from __future__ import annotations

import importlib.util
import json
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ansible_collections.mtk.backend.plugins.action import check_run
from ansible_collections.mtk.backend.plugins.module_utils.aws._client import cli_options
from ansible_collections.mtk.backend.plugins.module_utils.domain import _inventory, _outputs, _outputs_text
from ansible_collections.mtk.backend.plugins.plugin_utils.command import outputs_command

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/using/outputs.schema.json").read_text())
HOME, OTHER = "us-east-1", "us-west-2"
ROLES = list(_outputs.ROLES)
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!cluster-99946926-8462-4b28-9298-aefe40892f64-JadCpQ"
EXAMPLES: dict[str, Any] = {
    _outputs.TEXT: "x",
    _outputs.NUMBER: 5432,
    _outputs.LIST: [HOME, OTHER],
    _outputs.MAP: {"us-east-1a": "a", "us-east-1b": "b"},
}
TABLE = {"keys": {"": "user_id", "lat_long_index": "lat_long", "is_real_index": "is_real_key"}, "layout": "sharded-16"}


def full(outputs: tuple[_outputs.Output, ...]) -> dict[str, Any]:
    """Return a value of its type for each output."""
    return {each.name: EXAMPLES[each.type] for each in outputs}


def answer(values: dict[str, Any], region: str = HOME, wanted: tuple[str, ...] = (), **shared: Any) -> dict[str, Any]:
    """Return what outputs_info returns for a region."""
    heading = {"account": "123456789012", "partition": "aws", "home_region": HOME, "region": region}
    return {**heading, "outputs": values, "shared": shared, "wanted": list(wanted), "commands": []}


def script() -> Any:
    spec = importlib.util.spec_from_file_location("outputs_script", ROOT / "scripts/outputs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_schema_and_the_page_follow_from_the_names():
    written = dict(script().files())
    assert {path.name for path in written} == {"outputs.schema.json", "outputs.md"}
    for path, text in written.items():
        assert path.read_text() == text, "run make docs"
    page = (ROOT / "docs/using/outputs.md").read_text()
    assert all(f"| `{each.name}` |" in page for each in (*_outputs.SHARED, *_outputs.REGIONAL))


def test_no_promised_name_vanishes():
    promised = yaml.safe_load((ROOT / "tests/data/outputs.yml").read_text())
    assert max(promised) == _outputs.SCHEMA_VERSION, "add the names of the new version to tests/data/outputs.yml"
    now = {
        "shared": {each.name: each.type for each in _outputs.SHARED},
        "regional": {each.name: each.type for each in _outputs.REGIONAL},
    }
    remedy = "add new names to tests/data/outputs.yml; a name or type that is gone needs a new version there"
    assert now == promised[_outputs.SCHEMA_VERSION], remedy


def test_names_are_unique_and_belong_to_a_role():
    every = [*_outputs.SHARED, *_outputs.REGIONAL]
    assert len({each.name for each in every}) == len(every)
    assert {each.role for each in every} == set(_outputs.ROLES)
    assert set(_outputs_text.BRIEF) <= {each.name for each in every}


@pytest.mark.parametrize(
    ("values", "absent"),
    [
        ({}, set()),
        ({"ipam_vpc_nat_gateway_mode": "none"}, {"nat_gateway_ids", "nat_gateway_public_ips"}),
        ({"aurora_instance_count": 0}, {"instance_endpoints"}),
        ({"dynamodb_global_kms_key_enabled": False}, {"table_key_arn"}),
    ],
)
def test_settings_decide_which_outputs_an_environment_has(values, absent):
    found = _outputs.wanted(_outputs.REGIONAL, values, ROLES)
    assert {each.name for each in _outputs.REGIONAL} - set(found) == absent


def test_the_parameters_of_a_role_do_not_depend_on_settings():
    assert _outputs.roles_of(iter(["vpc_id", "table_name"])) == ["ipam_vpc", "dynamodb_global"]
    found = _outputs.names(["aurora"])
    assert {"monitoring_role_arn", "global_writer_endpoint", "instance_endpoints"} <= set(found)
    assert "vpc_id" not in found and len(_outputs.names(ROLES)) == len(_outputs.SHARED) + len(_outputs.REGIONAL)


def test_outputs_of_a_part_of_the_roles():
    found = _outputs.wanted(_outputs.REGIONAL, {}, ["dynamodb_global"])
    assert found == ["table_name", "table_arn", "table_stream_arn", "table_key_arn"]
    assert _outputs.roles_of(found) == ["dynamodb_global"]


def test_what_an_environment_has_once_does_not_need_a_network_in_the_primary_region():
    groups = {"all": [HOME, OTHER], "primary": [HOME], "network": [OTHER], "database": []}
    inventory = _inventory.Inventory(groups, frozenset({HOME, OTHER}), {})
    values = {HOME: {}, OTHER: {"ipam_vpc_ipam_manage": False}}
    for host in (HOME, OTHER):
        found = check_run._outputs_of(host, inventory, values, ROLES)
        shared = [each.name for each in _outputs.SHARED if each.name in found]
        assert shared == ["flow_log_role_arn", "table_regions"] and ("vpc_id" in found) == (host == OTHER)


def test_a_complete_document():
    wanted = tuple(each.name for each in (*_outputs.SHARED, *_outputs.REGIONAL))
    values = full(_outputs.REGIONAL)
    answers = {region: answer(values, region, wanted, **full(_outputs.SHARED)) for region in (OTHER, HOME)}
    document = _outputs.document("prod", answers)
    jsonschema.validate(document, SCHEMA)
    assert (document["complete"], document["missing"], document["roles"]) == (True, [], ROLES)
    assert list(document["regions"]) == [HOME, OTHER] and document["account"] == "123456789012"
    assert _outputs.is_built(document)


def test_what_is_wanted_and_does_not_exist_is_missing_and_all_else_is_null():
    answers = {
        HOME: answer({"vpc_id": "vpc-1", "cluster_endpoint": None}, HOME, ("vpc_id", "cluster_endpoint", "ipam_id")),
        OTHER: answer({}, OTHER, ("table_arn",)),
    }
    document = _outputs.document("prod", answers)
    jsonschema.validate(document, SCHEMA)
    assert document["missing"] == ["shared.ipam_id", f"{HOME}.cluster_endpoint", f"{OTHER}.table_arn"]
    assert not document["complete"]
    assert document["regions"][OTHER]["vpc_id"] is None and document["shared"]["writer_region"] is None


def test_a_document_without_regions():
    document = _outputs.document("prod", {})
    jsonschema.validate(document, SCHEMA)
    assert document["regions"] == {} and not _outputs.is_built(document)


def test_the_schema_refuses_other_names_and_types():
    document = _outputs.document("prod", {HOME: answer({"vpc_id": "vpc-1"})})
    for wrong in ({"vpc_id": 1}, {"password": "x"}):
        broken = {**document, "regions": {HOME: {**document["regions"][HOME], **wrong}}}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, SCHEMA)


def test_the_form_of_terraform():
    values = full(_outputs.REGIONAL)
    found = _outputs.terraform(_outputs.document("prod", {HOME: answer(values, **full(_outputs.SHARED))}))
    assert found["environment"] == {"sensitive": False, "type": "string", "value": "prod"}
    assert found["table_regions"]["type"] == ["list", "string"]
    assert found["vpc_id"] == {"sensitive": False, "type": ["map", "string"], "value": {HOME: "x"}}
    assert found["cluster_port"] == {"sensitive": False, "type": ["map", "number"], "value": {HOME: 5432}}
    assert found["private_subnet_ids"]["type"] == ["map", ["map", "string"]]
    names = {each.name for each in (*_outputs.SHARED, *_outputs.REGIONAL)}
    assert found.keys() == names | {"environment", "account", "partition", "home_region"}


def test_the_outputs_as_parameters():
    values = {"vpc_id": "vpc-1", "cluster_port": 5432, "public_subnet_ids": {"us-east-1b": "b", "us-east-1a": "a"}}
    answers = {
        HOME: answer(values, HOME, ("vpc_id", "cluster_port"), table_regions=[HOME]),
        OTHER: answer({}, OTHER, ("vpc_id",)),
    }
    found = _outputs.parameters(_outputs.document("prod", answers))
    here = {each["name"]: each["value"] for each in found[HOME] if each["state"] == "present"}
    maps = '{"us-east-1a": "a", "us-east-1b": "b"}'
    assert here == {"vpc_id": "vpc-1", "cluster_port": "5432", "public_subnet_ids": maps}
    assert {each["state"] for each in found[OTHER]} == {"absent"}
    assert "table_arn" not in {each["name"] for each in found[HOME]}, "roles that were not read stay as they are"


def test_the_table():
    values = {
        "vpc_id": "vpc-1",
        "public_subnet_ids": {"us-east-1b": "subnet-2", "us-east-1a": "subnet-1"},
        "master_user_secret_arn": ARN,
        "cluster_endpoint": None,
    }
    wanted = ("vpc_id", "cluster_endpoint", "table_arn")
    found = answer(values, HOME, wanted, table_regions=[HOME, OTHER])
    found["commands"] = [{"purpose": "List the subnets", "command": "aws ec2 describe-subnets"}]
    lines = _outputs_text.lines(_outputs.document("prod", {HOME: found}))
    assert lines == [
        "Outputs of prod (account 123456789012, partition aws)",
        "",
        "  shared",
        "    table_regions  us-east-1, us-west-2",
        "",
        "  us-east-1",
        "    vpc_id                  vpc-1",
        "    public_subnet_ids       us-east-1a  subnet-1",
        "                            us-east-1b  subnet-2",
        "    master_user_secret_arn",
        f"      {ARN}",
        "    List the subnets:",
        "      aws ec2 describe-subnets",
        "",
        "Missing, because it is not built yet:",
        "  us-east-1: cluster_endpoint, table_arn",
    ]


def test_the_short_table_of_an_apply():
    document = _outputs.document("prod", {HOME: answer({"vpc_id": "vpc-1", "table_key_arn": "k"})})
    lines = _outputs_text.lines(document, _outputs_text.BRIEF, commands=False)
    assert lines[1:] == ["", "  us-east-1", "    vpc_id  vpc-1"]


def test_lines_fit_a_page_unless_a_value_does_not():
    names = [each.name for each in _outputs.REGIONAL]
    document = _outputs.document("prod", {HOME: answer({"vpc_id": "vpc-1"}, HOME, tuple(names))})
    lines = _outputs_text.lines(document)
    assert max(map(len, lines)) <= 100
    missing = " ".join(lines[lines.index("Missing, because it is not built yet:") + 1 :])
    assert all(name in missing for name in names if name != "vpc_id")


def test_the_table_of_an_empty_account():
    lines = _outputs_text.lines(_outputs.document("prod", {HOME: answer({}, HOME, ("vpc_id",))}))
    assert lines[-1] == "Nothing of the environment was found in the account. site.yml builds it."


def test_what_an_environment_has_once_is_a_part_of_it():
    role = "arn:aws:iam::123456789012:role/prod_flow_log_role"
    document = _outputs.document("prod", {HOME: answer({}, HOME, ("vpc_id",), flow_log_role_arn=role)})
    lines = _outputs_text.lines(document)
    assert lines[-1] == "  us-east-1: vpc_id" and not any("Nothing of the environment" in line for line in lines)
    document = _outputs.document("prod", {HOME: answer({}, HOME, ("vpc_id",), ipam_id="ipam-1")})
    assert not _outputs.is_built(document), "another environment may have made the IPAM"


def database(**values: Any) -> dict[str, Any]:
    names = {"cluster_identifier": "c", "cluster_endpoint": "w", "cluster_reader_endpoint": "r", "cluster_port": 5432}
    return {**names, "database_name": "mtk", "master_username": "mtkadmin", "master_user_secret_arn": ARN, **values}


def by_purpose(region: str, values: dict[str, Any], shared: dict[str, Any], *options: str) -> dict[str, str]:
    found = _outputs_text.commands(region, values, shared, TABLE, options)
    return {each["purpose"]: each["command"] for each in found}


def test_commands_are_shell_words_with_region_and_options():
    values = {"vpc_id": "vpc-1", "table_name": "t", **database()}
    found = by_purpose(HOME, values, {}, "--profile", "ops")
    assert len(found) == 11
    for purpose, command in found.items():
        words = shlex.split(command)
        assert "--region us-east-1 --profile ops" in command, purpose
        assert words[0] in ("aws", "PGPASSWORD=$(aws")
    connect = found["Connect to the database from inside the VPC"]
    assert (
        'psql "host=w port=5432 dbname=mtk user=mtkadmin sslmode=verify-full sslrootcert=global-bundle.pem"' in connect
    )
    assert f"'{ARN}'" in connect, "an interactive shell would expand the ! of the secret outside of single quotes"
    assert '{":is_real_key": {"S": "true#00"}}' in found["Query the index is_real_index (an example)"]


def test_a_secondary_region_is_for_reading():
    found = by_purpose(OTHER, database(), {"writer_region": HOME, "global_cluster_identifier": "g"})
    assert "host=r " in found["Connect to the database from inside the VPC, to read"]
    assert "--global-cluster-identifier g" in found["Describe the global database"]


@pytest.mark.parametrize(("layout", "key"), [("sharded-8", "true#00"), ("plain", "true"), ("sparse", "true")])
def test_the_query_of_a_flag_index_follows_the_layout(layout, key):
    table = {"keys": {"is_real_index": "is_real_key"}, "layout": layout}
    commands = _outputs_text.commands(HOME, {"table_name": "t"}, {}, table, [])
    assert any(json.dumps({":is_real_key": {"S": key}}) in each["command"] for each in commands)


def test_nothing_built_has_no_commands():
    assert _outputs_text.commands(HOME, {}, {}, {"keys": {}, "layout": ""}, []) == []
    without = by_purpose(HOME, database(cluster_endpoint=None, master_user_secret_arn=None), {})
    assert not [purpose for purpose in without if "Connect" in purpose or "password" in purpose]


def test_the_options_of_the_cli(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert cli_options({"profile": None}) == []
    assert cli_options({"profile": "ops", "secret_key": "hidden"}) == ["--profile", "ops"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert cli_options({}) == ["--endpoint-url", "http://127.0.0.1:1"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://user:hidden@proxy")
    assert cli_options({}) == []


@pytest.mark.parametrize(
    ("playbook", "shown"),
    [
        ("site.yml", "playbooks/outputs.yml"),
        ("playbooks/site.yml", "playbooks/outputs.yml"),
        ("project/site.yml", "project/playbooks/outputs.yml"),
        ("mtk.backend.site", "mtk.backend.outputs"),
    ],
)
def test_the_command_that_shows_all_outputs(playbook, shown):
    assert outputs_command({"args": [playbook], "inventory": ["i"]}) == f"ansible-playbook {shown} -i i"

"""Wrong inputs end to end: all are reported by the first task, before the first request to AWS."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document
from wrong_inputs import ACCOUNT, ROWS, Row, faults

from .conftest import BIN, ROOT, Played, Site

HOSTS = (
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "eu-west-1", "eu-west-2", "eu-west-3"),
    *("eu-central-1", "eu-north-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"),
    "ap-northeast-2",
)
PRIMARY = HOSTS[0]
GROUPS = ("primary", "secondary", "network", "database")
COMMON: dict[str, Any] = {
    "mtk_environment": "dev",
    "expected_account_id": ACCOUNT,
    "ansible_connection": "local",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}
# Rows for many hosts: regions with slots, and lists that agree with the groups.
WIDE = {
    **COMMON,
    "ipam_vpc_region_slots": {host: number for number, host in enumerate(HOSTS)},
    "ipam_vpc_regions": "{{ groups['network'] }}",
    "dynamodb_global_replica_regions": "{{ groups['secondary'] }}",
}
INVENTORIES = yaml.safe_load((ROOT / "tests/data/wrong_inventories.yml").read_text(encoding="utf-8"))
FAILED = re.compile(r"^fatal: \[(\S+)\]: FAILED!\n((?: {4}.*\n)+)", re.M)


def inventory(
    path: Path, hosts: Mapping[str, Iterable[str]], variables: Mapping[str, Any], host_vars: Mapping[str, Any]
) -> Path:
    """Write an inventory: hosts with their groups, variables of all, and variables of single hosts."""
    members = {group: {host: None for host, listed in hosts.items() if group in listed} for group in GROUPS}
    children = {group: {"hosts": found} for group, found in members.items()}
    files = {
        "hosts.yml": {"all": {"hosts": dict.fromkeys(hosts), "children": children}},
        "group_vars/all.yml": variables,
    }
    for host, own in host_vars.items():
        files[f"host_vars/{host}.yml"] = own
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def everywhere(hosts: Iterable[str] = HOSTS) -> dict[str, list[str]]:
    """Return hosts of which the first is the primary region, with network and database in all."""
    return {host: [("primary" if host == PRIMARY else "secondary"), "network", "database"] for host in hosts}


class Checked(Site):
    """Runs playbooks with inventories of the test, and expects that nothing reaches AWS."""

    def __init__(self, aws: Any, *inventories: Path | str) -> None:
        super().__init__(aws, "dev")
        self.inventories = [*map(str, inventories), "inventories/local"]

    def command(self, playbook: str, *arguments: str, root: Path = ROOT) -> list[str]:
        options = [option for path in self.inventories for option in ("-i", path)]
        return [str(BIN / "ansible-playbook"), playbook, *options, *arguments]

    def messages(self, playbook: str, *arguments: str, expect: int = 2) -> list[str]:
        """Run a playbook that fails; return the lines of the messages of its tasks."""
        played = self.play(playbook, *arguments, expect=expect)
        return [line for _host, text in failures(played) for line in text.splitlines()]

    def play(self, playbook: str = "site.yml", *arguments: str, expect: int = 0, **options: Any) -> Played:  # type: ignore[override]
        played = super().play(playbook, *arguments, expect=expect, **options)
        assert self.aws.control.calls() == []
        assert "Traceback" not in played.text and "emulator-secret-key" not in played.text
        return played


def failures(played: Played) -> list[tuple[str, str]]:
    """Return each failed host with the message of its task, as users see them."""
    return [(host, textwrap.dedent(text)) for host, text in FAILED.findall(played.text)]


def is_in(says: str, lines: Iterable[str]) -> bool:
    return any(all(words in line for words in says.split(" ... ")) for line in lines)


def spread(rows: Iterable[Row], variables: Mapping[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Row], list[Row]]:
    """Give each row a host on which all rows are still reported. Return the variables by host, and the other rows."""
    given: dict[str, dict[str, Any]] = {host: {} for host in HOSTS}
    placed: dict[str, list[Row]] = {host: [] for host in HOSTS}
    left = []
    for row in rows:
        for host in [row.host] if row.host else HOSTS:
            together = {**given[host], **row.set}
            if set(given[host]) & set(row.set):
                continue
            found = [str(fault) for fault in faults({**variables, **together}, host, owner=host == PRIMARY)]
            if all(any(each.says_in(text) for text in found) for each in [*placed[host], row]):
                given[host] = together
                placed[host].append(row)
                break
        else:
            left.append(row)
    return given, [row for each in placed.values() for row in each], left


def bundles() -> list[tuple[dict[str, dict[str, Any]], list[Row]]]:
    """Return variables by host and their rows, so that each row is in one bundle."""
    known = {name: value for name, value in WIDE.items() if "{{" not in str(value)}
    found, left = [], [*ROWS]
    while left:
        given, placed, left = spread(left, known)
        assert placed, f"these rows are reported on no host: {[row.name for row in left]}"
        found.append((given, placed))
    return found


BUNDLES = bundles()
SET_BY_PLAYBOOKS = {"mtk_purpose", "mtk_defer_decisions"}  # a wrong value in the inventory has no effect on these
PLAYBOOKS = ("site.yml", "playbooks/plan.yml", "playbooks/drift.yml", "playbooks/destroy.yml")


def test_all_rows_are_in_a_few_runs():
    assert sum(len(rows) for _given, rows in BUNDLES) == len(ROWS) > 300
    assert len(BUNDLES) <= len(PLAYBOOKS)


@pytest.mark.parametrize("number", range(len(PLAYBOOKS)), ids=PLAYBOOKS)
def test_one_run_reports_all_wrong_settings_of_all_regions(aws, tmp_path, number):
    given, rows = BUNDLES[number % len(BUNDLES)]
    given = {name: value for name, value in given.items() if name not in SET_BY_PLAYBOOKS}
    rows = [row for row in rows if not SET_BY_PLAYBOOKS & set(row.set)]
    path = inventory(tmp_path / "many", everywhere(), WIDE, given)
    confirmed = ("-e", "confirm_environment=dev") if "destroy" in PLAYBOOKS[number] else ()
    lines = Checked(aws, path).messages(PLAYBOOKS[number], *confirmed)
    assert re.fullmatch(r"\d+ wrong settings\. Nothing was changed\.", lines[0])
    assert len(lines) == len(set(lines))
    plain = [re.sub(r" \(in [a-z0-9, -]+\)", "", line) for line in lines]
    assert not [row for row in rows if not any(row.says_in(line) for line in plain)]
    assert not [row for row in rows for line in lines if row.never and row.never in line]


@pytest.mark.parametrize("case", INVENTORIES, ids=lambda case: case["name"])
def test_wrong_inventories(aws, tmp_path, case):
    path = inventory(tmp_path / "wrong", case["hosts"], {**COMMON, **case.get("all", {})}, case.get("host_vars", {}))
    lines = Checked(aws, path).messages("site.yml")
    assert not [says for says in case["says"] if not is_in(says, lines)], lines
    assert len(lines) == 1 + len(case["says"]), lines


def test_an_inventory_that_does_not_exist(aws):
    lines = Checked(aws, "inventories/prd").messages("site.yml")
    assert is_in("the inventory has no hosts ... Check the path behind -i", lines)


def test_inventories_of_two_environments(aws):
    lines = Checked(aws, "inventories/qa", "inventories/dev").messages("playbooks/plan.yml")
    says = "the inventories belong to several environments: qa (inventories/qa), dev (inventories/dev)"
    assert is_in(f"{says} ... Give one of them", lines)


def test_an_inventory_file_and_a_directory_of_two_environments(aws, tmp_path):
    """The file has its variables in itself, as a script has."""
    path = tmp_path / "one.yml"
    path.write_text("all: {vars: {mtk_environment: one}, children: {primary: {hosts: {us-east-1: }}}}")
    lines = Checked(aws, path, "inventories/dev").messages("playbooks/plan.yml")
    assert is_in(f"several environments: one ({path}), dev (inventories/dev) ... Give one of them", lines)
    assert len(lines) == 2, lines


def test_a_key_that_a_file_has_twice(aws, tmp_path):
    path = inventory(tmp_path / "twice", everywhere(HOSTS[:1]), WIDE, {})
    with (path / "group_vars/all.yml").open("a") as file:
        file.write("aurora_port: 5433\naurora_port: 5432\n")
    assert "duplicate mapping key 'aurora_port'" in Checked(aws, path).play(expect=4).text


def test_wrong_options_and_extra_variables(aws, tmp_path):
    """A run of dev with many wrong options reports each of them."""
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "more.yml").write_text("aurora_backup_retention_period: 36\naurora_engine_version: 16.10\n")
    options = {
        "--tags=dynamo,aurora": "--tags dynamo selects no task ... Did you mean dynamodb_global?",
        "--skip-tags=ipam": "--skip-tags ipam selects no task ... Did you mean ipam_vpc?",
        f"-eplan_out={tmp_path}": f"plan_out is '{tmp_path}' ... it is a directory ... Name a file",
        "-edrift_json=no/such/report.json": "drift_json is 'no/such/report.json' ... no directory ... Create it",
        "-edestroy_json=no/such/left.json": "destroy_json is 'no/such/left.json' ... no directory ... Create it",
        "-edestroy_text=README.md/x": "destroy_text is 'README.md/x' ... there is no directory ... Create it",
        "-edrift_markdown=README.md/x": "drift_markdown is 'README.md/x' ... there is no directory ... Create it",
        "-eoutputs_json=no/such/outputs.json": "outputs_json is 'no/such/outputs.json' ... no directory ... Create it",
        f"-eoutputs_table={tmp_path}": f"outputs_table is '{tmp_path}' ... it is a directory ... Name a file",
        "-eoutputs_terraform=README.md/x": "outputs_terraform is 'README.md/x' ... there is no directory ... Create it",
        f"-eplan_file={tmp_path}/list.json": "the file does not contain a plan ... playbooks/plan.yml -e plan_out=FILE",
        "-eplan_fiel=x": "plan_fiel is not a variable of the playbooks ... Did you mean plan_file?",
        "-econfirm_enviroment=dev": "confirm_enviroment is not a variable ... Did you mean confirm_environment?",
        "-eauroa_port=5433": "auroa_port is not a variable of the playbooks ... Did you mean aurora_port?",
        "-eaurora_deletion_protecton=true": "aurora_deletion_protecton ... Did you mean aurora_deletion_protection?",
        "-eipam_vpc_zone_counts=3": "ipam_vpc_zone_counts is not a setting ... Did you mean ipam_vpc_zone_count?",
        "-emtk_check_mode=no": "-e mtk_check_mode is 'no' ... plan.yml and drift.yml never write ... Leave it out",
        "-eaurora_port = 5433": "-e aurora_port sets no variable ... Write it as -e name=value",
        "-emtk_chek_mode=true": "mtk_chek_mode is not a setting of this collection ... Did you mean mtk_check_mode?",
        f"-e@{tmp_path}/more.yml": "aurora_backup_retention_period is 36 ... AWS allows 1 to 35 days ... Set it",
        '-e{"ipam_vpc_zone_count": 9}': "ipam_vpc_zone_count is 9 ... allows 1 to 8 ... Set it to a number",
    }
    lines = Checked(aws, "inventories/dev").messages("site.yml", *options)
    assert not [says for says in options.values() if not is_in(says, lines)], lines
    assert is_in("aurora_engine_version is 16.1 ... YAML has read it as a number ... Put the value in quotes", lines)
    assert len(lines) == len(options) + 2, lines


MADE = {"account": "123456789012", "partition": "aws", "created_at": "2026-11-30T12:00:00Z"}
PLAN = _document.document("dev", "plan", [], [], **MADE)


def test_files_that_are_no_approved_plan(aws, tmp_path):
    """A file of another environment, of an apply or of an incomplete plan, and no file at all."""
    plan = {**PLAN, "environment": "qa", "mode": "apply", "complete": False}
    (tmp_path / "plan.json").write_text(json.dumps({**plan, "hash": _document.digest(plan)}))
    dev = Checked(aws, "inventories/dev")
    lines = dev.messages("site.yml", "-e", f"plan_file={tmp_path}/plan.json")
    words = "not a complete plan of dev (mode: 'apply', complete: false, environment: 'qa') ... Write it with"
    assert is_in(f"plan.json' ... {words}", lines)
    lines = dev.messages("site.yml", "-e", "plan_file=")
    assert is_in("plan_file is '' ... the file cannot be read ... Write it with", lines)


@pytest.mark.parametrize("way", ["extra variable", "inventory"])
def test_what_only_the_playbooks_say_goes_around_no_guard(aws, tmp_path, way):
    """With the purpose of a deletion, an apply would need no approved plan."""
    given = {"mtk_purpose": "destroy", "plan_required": True}
    path = inventory(tmp_path / "one", everywhere(), {**COMMON, **(given if way == "inventory" else {})}, {})
    extra = [f"-e{json.dumps({**given, 'mtk_verdict': False})}"] if way == "extra variable" else []
    lines = Checked(aws, path).messages("site.yml", *extra)
    assert is_in("mtk_purpose is 'destroy' ... only the playbooks set it", lines)
    assert way == "inventory" or is_in("-e mtk_verdict is false ... only the playbooks set it ... Leave it out", lines)
    assert aws.mutating() == []


def test_a_limited_run_checks_all_regions_and_a_vault_stays_closed(aws, tmp_path):
    """Values of host_vars belong to their region, and no message contains a secret."""
    (tmp_path / "password").write_text("open sesame")
    vault = VaultLib([("default", VaultSecret(b"open sesame"))])
    secret = {name: vault.encrypt(text).decode() for name, text in {"port": "8000000", "owner": "Zoë"}.items()}
    path = inventory(tmp_path / "two", everywhere(HOSTS[:2]), {**WIDE, "aurora_global": True}, {})
    (path / "host_vars").mkdir()
    (path / "host_vars/us-east-1.yml").write_text(
        "aurora_backup_retention_period: 40\naurora_replica_regions: [us-east-2]\n"
        "aurora_port: '{{ ipam_vpc_database_port }}'\n"
        f"ipam_vpc_database_port: !vault |\n{_indented(secret['port'])}"
        f"mtk_tags:\n  Owner: !vault |\n{_indented(secret['owner'], 4)}"
    )
    (path / "host_vars/us-east-2.yml").write_text(
        "aurora_port: '{{ ipam_vpc_database_port }}'\naurora_backup_retention_period: 4\n"
    )
    options = ("--limit", "us-east-2", "--vault-password-file", str(tmp_path / "password"))
    lines = Checked(aws, path).messages("site.yml", *options)
    assert is_in("aurora_backup_retention_period is 40 (in us-east-1) ... AWS allows 1 to 35 days", lines)
    assert is_in("ipam_vpc_database_port is '(hidden)' (in us-east-1) ... AWS allows 1150 to 65535", lines)
    assert is_in("aurora_port is '(hidden)' (in us-east-1) ... AWS allows 1150 to 65535", lines)
    assert len(lines) == 4, lines


def _indented(text: str, width: int = 2) -> str:
    return "".join(f"{' ' * width}{line}\n" for line in text.splitlines())


def test_variables_of_a_play_around_the_playbook(aws, tmp_path):
    """A playbook that imports site.yml with variables passes them to all regions."""
    playbook = tmp_path / "mine.yml"
    variables = {"aurora_port": 80, "mtk_environment": "Dev"}
    playbook.write_text(yaml.safe_dump([{"import_playbook": str(ROOT / "site.yml"), "vars": variables}]))
    path = inventory(
        tmp_path / "two",
        everywhere(HOSTS[:2]),
        {**WIDE, "aurora_global": True, "aurora_replica_regions": ["us-east-2"]},
        {},
    )
    lines = Checked(aws, path).messages(str(playbook))
    assert is_in("aurora_port is 80; AWS allows 1150 to 65535", lines)
    assert is_in("mtk_environment is 'Dev'; it must consist of lower-case letters", lines)
    assert not is_in("(in ", lines)


def test_right_forms_pass_the_check(aws, tmp_path):
    """Texts of a survey, JSON, templates that refer to other settings, omit, and other sets of hosts."""
    variables = {
        **WIDE,
        "aurora_global": "yes",
        "aurora_port": "{{ ipam_vpc_database_port }}",
        "ipam_vpc_database_port": "5433",
        "aurora_replica_regions": "{{ groups['database'] | reject('in', groups['primary']) }}",
        "aurora_engine_version": "{{ my_version | default(omit) }}",
        "aurora_preferred_maintenance_window": "Sat:23:30-Sun:00:30",
        "mtk_tags": '{"Owner": "Zoë", "Cost center": "0123"}',
        "dynamodb_global_scaled_indexes": '[{"index_name": "lat_long_index"}]',
    }
    path = inventory(
        tmp_path / "three", everywhere(HOSTS[:3]), variables, {"us-east-2": {"aurora_instance_count": "3"}}
    )
    options = ("--tags", "aurora", "--limit", "us-east-2", "-e", "drift_fail_on=ours,gone", "-e", "my_own_variable=1")
    assert "failed=0" in Checked(aws, path).play("playbooks/stages/01_settings.yml", *options, expect=0).text


ENTRY_POINTS = {
    (path.parts[-3], path.stem): tasks
    for path in sorted(ROOT.glob("roles/*/tasks/*.yml"))
    if "mtk.backend.settings" in (tasks := yaml.safe_load(path.read_text(encoding="utf-8")) or [{}])[0]
}


def entry_points(path: Path, *, validate: bool) -> Path:
    """Write a playbook in which each host runs one entry point of a role."""
    plays = [
        {
            "hosts": HOSTS[number % len(HOSTS)],
            "gather_facts": False,
            "tasks": [
                {
                    "block": [{"ansible.builtin.import_role": {**names, "rolespec_validate": validate}}],
                    "rescue": [{"ansible.builtin.meta": "clear_host_errors"}],
                    "vars": {f"{role}_environment": "Not right", f"{role}_key_deletion_window": 31},
                }
            ],
        }
        for number, (role, entry_point) in enumerate(ENTRY_POINTS)
        for names in [{"name": f"mtk.backend.{role}", "tasks_from": entry_point}]
    ]
    path.write_text(yaml.safe_dump(plays, sort_keys=False))
    return path


def test_entry_points_of_roles_refuse_wrong_settings(aws, tmp_path):
    """Each entry point that changes anything begins with the check, also without the playbooks."""
    assert len(ENTRY_POINTS) >= 18
    own = {host: {"mtk_tags": {"Owner": "a*b"}} for host in HOSTS}
    variables = {name: value for name, value in WIDE.items() if name != "dynamodb_global_replica_regions"}
    path = inventory(tmp_path / "many", everywhere(), variables, own)
    played = Checked(aws, path).play(str(entry_points(tmp_path / "roles.yml", validate=False)))
    refused = failures(played)
    assert len(refused) == len(ENTRY_POINTS)
    for (role, _entry_point), (_host, text) in zip(ENTRY_POINTS, refused, strict=True):
        lines = text.splitlines()
        assert lines[0] == f"3 wrong settings. The role {role} has not changed anything.", lines
        assert is_in(f"{role}_environment is 'Not right' ... lower-case letters ... Use 'not-right'", lines)
        assert is_in(f"{role}_key_deletion_window is 31 ... AWS allows 7 to 30 days ... Set it to a number", lines)
        assert is_in("mtk_tags.Owner is 'a*b' ... Remove * from the tag", lines)


def test_entry_points_with_ansibles_own_validation_refuse_wrong_settings(aws, tmp_path):
    """Ansible checks the types in the argument specs first."""
    path = inventory(tmp_path / "many", everywhere(), WIDE, {})
    played = Checked(aws, path).play(str(entry_points(tmp_path / "roles.yml", validate=True)))
    assert len(failures(played)) >= len(ENTRY_POINTS)

"""The command that applies a plan."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from ansible.parsing.splitter import parse_kv
from ansible_collections.mtk.backend.plugins.plugin_utils.command import apply_command, run_command


@pytest.mark.parametrize(
    ("playbook", "applying"),
    [
        ("site.yml", "site.yml"),
        ("playbooks/plan.yml", "site.yml"),
        ("playbooks/drift.yml", "site.yml"),
        ("/srv/mtk/playbooks/plan.yml", "/srv/mtk/site.yml"),
        ("plan.yml", "site.yml"),
        ("mtk.backend.plan", "mtk.backend.site"),
        ("mtk.backend.drift", "mtk.backend.site"),
        ("playbooks/destroy.yml", "playbooks/destroy.yml"),
        ("vpc-plan.yml", "vpc-plan.yml"),
        ("other.collection.plan", "other.collection.plan"),
    ],
)
def test_planning_playbooks_are_replaced_by_the_applying_one(playbook, applying):
    assert apply_command({"args": [playbook]}) == f"ansible-playbook {applying}"


def test_inventories_limit_and_tags_are_kept():
    options = {
        "args": ["site.yml"],
        "inventory": [str(Path.cwd() / "inventories/prod"), "/etc/inventory"],
        "subset": "us-west-2",
        "tags": ["aurora", "ipam_vpc"],
        "skip_tags": [],
    }
    assert apply_command(options) == (
        "ansible-playbook site.yml -i inventories/prod -i /etc/inventory --limit us-west-2 --tags aurora,ipam_vpc"
    )


def test_a_written_plan_is_applied_by_its_file():
    options = {"args": ["site.yml"], "tags": ["all"], "extra_vars": ["plan_out=plan.json"]}
    assert apply_command(options, "~/plan.json") == "ansible-playbook site.yml -e 'plan_file=~/plan.json'"


@pytest.mark.parametrize("name", ["a plan.json", "it's.json", 'a "plan"', "$(id);\\`id`", "é.json", "a=b #c"])
def test_ansible_reads_the_name_of_the_file_as_it_is(name):
    """As a shell and then Ansible take the command apart."""
    words = shlex.split(
        apply_command({"args": ["site.yml"], "extra_vars": ["@plan_out.json"]}, name).split(", with")[0]
    )
    given = words[words.index("-e") + 1]
    found = json.loads(given) if given.startswith("{") else parse_kv(given)
    assert found == {"plan_file": name}


def test_extra_variables_are_not_repeated():
    """They may hold secrets."""
    command = apply_command({"args": ["site.yml"], "extra_vars": ["token=what-nobody-may-read", "plan_out=p"]}, "p")
    assert "what-nobody-may-read" not in command
    assert command == "ansible-playbook site.yml -e plan_file=p, with the same extra variables (-e)"


def test_the_command_of_a_run_has_no_extra_variables():
    options = {"args": ["playbooks/plan.yml"], "inventory": ["inventories/dev"], "extra_vars": ["password=secret"]}
    assert run_command(options) == "ansible-playbook playbooks/plan.yml -i inventories/dev"

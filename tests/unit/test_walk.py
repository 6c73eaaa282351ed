"""Every command that the documentation prints is run by a test, or has a reason why no test runs it."""

from __future__ import annotations

import pytest
from walk.commands import Command, at_head, documented, on_page
from walk.rules import Proof, Step, command_line, contradicted, stale, table, uncovered, unproven

PAGE = """
`make demo` and `make nothing`, `make` alone, `.venv/bin/pytest -q tests/unit/test_walk.py`

```
ansible-playbook site.yml -i inventories/dev --check      shows the plan
... -e detailed_exitcode=true                             fails
$ aws ec2 describe-vpcs \\
    --region us-east-1   # all of them
TASK [ansible-playbook is not a command here]
```

```yaml
make: not a shell
```

- in a list:

      aws rds describe-db-clusters --region us-east-1
"""
HEAD = """---
# ansible-playbook playbooks/plan.yml -i inventories/dev        never writes
# ... -e plan_out=plan.json                                     also to a file
# A sentence about ansible-playbook.
- name: make nothing
"""


def test_commands_are_found_in_spans_blocks_and_lists():
    assert [(c.text, c.line) for c in on_page(PAGE, "a.md")] == [
        ("make demo", 2),
        ("make nothing", 2),
        (".venv/bin/pytest -q tests/unit/test_walk.py", 2),
        ("ansible-playbook site.yml -i inventories/dev --check", 5),
        ("ansible-playbook site.yml -i inventories/dev --check -e detailed_exitcode=true", 6),
        ("aws ec2 describe-vpcs --region us-east-1", 7),
        ("aws rds describe-db-clusters --region us-east-1", 18),
    ]


def test_commands_are_found_at_the_head_of_a_playbook():
    assert [c.text for c in at_head(HEAD, "plan.yml")] == [
        "ansible-playbook playbooks/plan.yml -i inventories/dev",
        "ansible-playbook playbooks/plan.yml -i inventories/dev -e plan_out=plan.json",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("make nothing", "the Makefile has no target nothing"),
        ("NEXT=15.0.0 make nothing", "the Makefile has no target nothing"),
        ("make demo ENV=staging", "there is no environment staging"),
        ("pytest tests/unit/test_nothing.py", "tests/unit/test_nothing.py does not exist"),
        ("aws rds describe-everything", "the service rds has no operation describe-everything"),
        ("aws nothing describe-everything", "the AWS CLI has no service nothing"),
        ("ansible-playbook nothing.yml -i inventories/dev", "Add it to tests/walk/walks.yml"),
        ("aws ec2 describe-vpcs --region us-east-1", "Add it to tests/walk/walks.yml"),
    ],
)
def test_a_wrong_or_unknown_command_is_reported_with_its_place(text, fault):
    (found,) = uncovered([Command(text, "docs/a.md", 7)], table())
    assert found.startswith(f"docs/a.md:7: {text}\n") and fault in found


def test_every_documented_command_is_covered():
    assert len(commands := documented()) > 100
    assert not (found := uncovered(commands, table())), "\n".join(found)


def test_the_table_holds_nothing_that_is_printed_nowhere():
    assert not stale(documented(), table()), "remove these commands from tests/walk/walks.yml"


def test_no_command_has_two_entries():
    assert not contradicted(table())


def test_the_tests_that_the_table_names_contain_the_commands():
    commands = documented()
    wrong = {text: found for text, proof in table().tested_by.items() if (found := unproven(text, proof, commands))}
    assert not wrong


@pytest.mark.parametrize(
    ("proof", "fault"),
    [
        (Proof("tests/unit/test_venv.py", "test_nothing"), "tests/unit/test_venv.py has no test_nothing"),
        (Proof("tests/unit/test_venv.py", "run"), "run does not contain '--nothing'; add it to `other`"),
        (Proof("tests/unit/test_venv.py", "run", ["--nothing", "--more"]), "the command has no word '--more'"),
        (Proof("tests/unit/test_venv.py", "run", block="make"), "run does not run a block make with this command"),
    ],
)
def test_a_proof_that_proves_nothing_is_reported(proof, fault):
    (found,) = unproven("sh scripts/venv.sh --nothing", proof, [])
    assert found.startswith(fault)


def test_a_step_is_run_on_the_local_aws():
    play = Step("ansible-playbook site.yml -i inventories/dev -e a=FILE", add="-e b=c", replace={"FILE": "{x}.json"})
    line = command_line(play, {"x": "y"})
    assert line == "ansible-playbook site.yml -i inventories/dev -i inventories/local -e a=y.json -e b=c"
    aws = Step("aws ec2 delete-vpc --vpc-id $(cat VPC)", replace={"VPC": "file"})
    assert command_line(aws, {}) == "aws ec2 delete-vpc --vpc-id $(cat file)", "the shell runs what is in brackets"

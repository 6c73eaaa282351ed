"""The commands in messages name playbooks, extra variables, operations and options that exist.

The texts of plugins, playbooks and roles are searched. What a message fills in is `X` here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
import pytest
import yaml
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_database import AURORA
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_network import NETWORK
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import RUN, VARIABLES
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_table import TABLE
from botocore import xform_name

ROOT = Path(__file__).parents[2]
SESSION = botocore.session.get_session()
KNOWN = {*VARIABLES, *(setting.name for role in (RUN, NETWORK, AURORA, TABLE) for setting in role.settings)}
GLOBAL = {"region", "profile", "query", "output", "endpoint-url"}  # options of every command of the AWS CLI
OWN = {("sso", "login"), ("configure", "sso")}  # commands of the AWS CLI itself
AWS = re.compile(r"\baws ([a-z0-9-]+) ([a-z]+-[a-z-]+|login|sso|wait [a-z-]+)((?:(?!\baws [a-z]|[.;] |&&).)*)", re.S)


def texts(path: Path) -> Iterator[str]:
    """Yield the texts of a file: strings of Python without docstrings, and values of YAML."""
    if path.suffix == ".yml":
        yield from _values(yaml.load(path.read_text(), Loader=_Plain))
        return
    tree = ast.parse(path.read_text())
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    docstrings = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "X" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts | docstrings:
            yield node.value


class _Plain(yaml.SafeLoader):
    """Reads YAML with the tags of Ansible."""


_Plain.add_multi_constructor("!", lambda loader, suffix, node: getattr(node, "value", ""))


def _values(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        found = [*found, *found.values()]
    if isinstance(found, list):
        for each in found:
            yield from _values(each)
    elif isinstance(found, str):
        yield re.sub(r"\{\{.*?\}\}", "X", found, flags=re.S)


def faults(text: str) -> Iterator[str]:
    """Yield what does not exist of the commands in a text."""
    for name in re.findall(r"(?<![\w./])playbooks/(\w+\.yml)", text):
        if not (ROOT / "playbooks" / name).exists():
            yield f"there is no playbooks/{name}"
    for name in re.findall(r"(?<!\w)-e (\w+)=(?!value)", text):
        if name not in KNOWN and name != "X" and not name.startswith("confirm_X"):
            yield f"-e {name}: no setting or extra variable has this name"
    for service, operation, rest in AWS.findall(text):
        yield from _aws(service, operation, set(re.findall(r"(?<!\S)--([a-z][a-z0-9-]*)", rest)))


def _aws(service: str, operation: str, options: set[str]) -> Iterator[str]:
    if (service, operation) in OWN or "X" in service:
        return
    if service not in SESSION.get_available_services():
        yield f"aws {service}: the AWS CLI has no such service"
    elif operation.startswith("wait "):
        if operation.removeprefix("wait ") not in _waiters(service):
            yield f"aws {service} {operation}: there is no such waiter"
    elif operation not in _operations(service):
        yield f"aws {service} {operation}: the service has no such operation"
    else:
        members = _operations(service)[operation]
        negated = {f"no-{name}" for name, kind in members.items() if kind == "boolean"}
        for option in sorted(options - set(members) - negated - GLOBAL):
            yield f"aws {service} {operation}: there is no option --{option}"


@cache
def _operations(service: str) -> dict[str, dict[str, str]]:
    """Return the operations of a service with their options and types, as the AWS CLI names them."""
    model = SESSION.get_service_model(service)
    shapes = {xform_name(name, "-"): model.operation_model(name).input_shape for name in model.operation_names}
    return {
        name: {xform_name(member, "-"): kind.type_name for member, kind in (shape.members if shape else {}).items()}
        for name, shape in shapes.items()
    }


@cache
def _waiters(service: str) -> set[str]:
    return {xform_name(name, "-") for name in SESSION.get_waiter_model(service).waiter_names}


def files() -> list[Path]:
    return [
        *sorted(ROOT.glob("plugins/**/*.py")),
        *sorted(ROOT.glob("playbooks/**/*.yml")),
        *sorted(ROOT.glob("roles/*/tasks/*.yml")),
    ]


def test_the_commands_in_messages_exist():
    wrong = {f"{path.relative_to(ROOT)}: {fault}" for path in files() for text in texts(path) for fault in faults(text)}
    assert not wrong


def test_enough_commands_are_found():
    """A change of the search must not make it blind."""
    every = [text for path in files() for text in texts(path)]
    assert sum(len(AWS.findall(text)) for text in every) > 60
    assert sum(len(re.findall(r"(?<!\w)-e \w+=", text)) for text in every) > 20


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("run playbooks/remove.yml -e region=X", "there is no playbooks/remove.yml"),
        ("with -e confirm_enviroment=dev", "-e confirm_enviroment: no setting or extra variable has this name"),
        ("aws rdss describe-db-clusters", "aws rdss: the AWS CLI has no such service"),
        ("run: aws rds describe-clusters", "aws rds describe-clusters: the service has no such operation"),
        ("aws rds wait cluster-available", "aws rds wait cluster-available: there is no such waiter"),
        ("aws kms enable-key --key X. Then", "aws kms enable-key: there is no option --key"),
        (
            "aws kms enable-key --key-id X && aws kms disable-key --key X",
            "aws kms disable-key: there is no option --key",
        ),
    ],
)
def test_a_wrong_command_is_reported(text, fault):
    assert list(faults(text)) == [fault]


def test_a_right_command_is_not_reported():
    assert not list(faults("aws rds modify-db-cluster --region X --db-cluster-identifier X --no-deletion-protection"))
    assert not list(faults("aws rds wait db-cluster-available --region X --db-cluster-identifier X; aws sso login"))

"""The actions that the code of the product may need: every operation of AWS that it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from botocore import xform_name
from botocore.loaders import create_loader

ROOT = Path(__file__).parents[2]
PREFIXES = {"resourcegroupstaggingapi": "tag"}
MOST = 60  # characters of the text of a name
SERVICES = (
    "application-autoscaling", "dynamodb", "ec2", "iam", "kms", "logs", "rds", "resourcegroupstaggingapi",
    "secretsmanager", "ssm", "sts",
)  # fmt: skip


@cache
def operations() -> dict[str, dict[str, str]]:
    """Return the name of an operation in Python, and by service its action."""
    loader = create_loader()
    found: dict[str, dict[str, str]] = {}
    for service in SERVICES:
        for name in loader.load_service_model(service, "service-2")["operations"]:
            found.setdefault(xform_name(name), {})[service] = f"{PREFIXES.get(service, service)}:{name}"
    return found


def files() -> list[Path]:
    """Return the files of the product that send requests."""
    return sorted([*(ROOT / "plugins/modules").glob("*.py"), *(ROOT / "plugins/module_utils").glob("*/*.py")])


def _constants(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _templates(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a file puts together, as regular expressions with a group for each part that varies."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else "(.+)" for p in node.values]
            yield "".join(parts)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = [
                re.escape(str(p.value)) if isinstance(p, ast.Constant) else "(.+)" for p in (node.left, node.right)
            ]
            yield "".join(sides)


@cache
def _trees() -> dict[Path, ast.AST]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in files()}


def _named(tree: ast.AST, words: set[str]) -> set[str]:
    """Return the operations that a file names, or puts together from words of the code."""
    found = set(operations()) & _constants(tree)
    for text in set(_templates(tree)):
        if len(text) < MOST and text[0].isalpha() and "_" in text:
            matches = (re.fullmatch(text, name) for name in operations())
            found |= {match.string for match in matches if match and set(match.groups()) <= words}
    return found


def exact() -> set[str]:
    """Return the actions of calls that name service and operation side by side: ``call("ec2", "create_vpc", ...)``."""
    found = set()
    for tree in _trees().values():
        for node in ast.walk(tree):
            for first, second in _pairs(node):
                found |= {actions[first] for actions in [operations().get(second, {})] if first in actions}
    return found


def _pairs(node: ast.AST) -> Iterator[tuple[str, str]]:
    parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
    values = [part.value if isinstance(part, ast.Constant) else None for part in parts]
    for first, second in zip(values, values[1:], strict=False):
        if isinstance(first, str) and isinstance(second, str) and first in SERVICES:
            yield first, second


@cache
def _names() -> frozenset[str]:
    words = {word for tree in _trees().values() for word in _constants(tree)}
    return frozenset(name for tree in _trees().values() for name in _named(tree, words))


def possible() -> set[str]:
    """Return every action that the code may mean: for a name that several services have, that of each of them."""
    return {action for name in _names() for action in operations()[name].values()}


def clear() -> set[str]:
    """Return the actions that the code certainly names, since no other service has an operation of that name."""
    return exact() | {next(iter(found.values())) for name in _names() if len(found := operations()[name]) == 1}

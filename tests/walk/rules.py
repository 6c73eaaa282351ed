"""What happens to a documented command: the table walks.yml, and rules for commands that need no entry."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path
from typing import Any

import botocore.session
import yaml
from botocore import xform_name

from .commands import ROOT, Command

TABLE = Path(__file__).with_name("walks.yml")
SHORT_RUNS = ("ansible", "ansible-doc", "diff")  # commands that need no AWS and are run as they are


@dataclass(frozen=True)
class Step:
    """A command of a walk, and what the walk changes about it."""

    command: str
    printed: bool = True  # in the documentation
    add: str = ""
    exit: int = 0
    replace: dict[str, str] = field(default_factory=dict)
    edit: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Walk:
    name: str
    start: str
    steps: list[Step]
    ci: bool = False


@dataclass(frozen=True)
class Proof:
    """The test that runs a command, with the words of the command that it replaces, or the block of the page."""

    file: str
    test: str
    other: list[str] = field(default_factory=list)
    block: str = ""


@dataclass(frozen=True)
class Table:
    walks: list[Walk]
    tested_by: dict[str, Proof]
    not_run: dict[str, str]

    def commands(self) -> list[str]:
        """Return all commands of the table that must be printed somewhere."""
        steps = [step.command for walk in self.walks for step in walk.steps if step.printed]
        return [*steps, *self.tested_by, *self.not_run]


def table(path: Path = TABLE) -> Table:
    content = yaml.safe_load(path.read_text())
    walks = [Walk(w["name"], w["start"], list(map(_step, w["steps"])), w.get("ci", False)) for w in content["walks"]]
    tested_by = {command: Proof(**proof) for command, proof in content["tested_by"].items()}
    return Table(walks, tested_by, content["not_run"])


def _step(entry: Any) -> Step:
    if isinstance(entry, str):
        return Step(entry)
    known = {"run", "use", "add", "because", "exit", "replace", "edit"}
    if wrong := set(entry) - known:
        raise ValueError(f"{TABLE}: a step has {', '.join(sorted(wrong))}; it may have {', '.join(sorted(known))}")
    if "add" in entry and "because" not in entry:
        raise ValueError(f"{TABLE}: the step {entry} adds arguments; say why with because")
    fields = {name: entry[name] for name in ("add", "exit", "replace", "edit") if name in entry}
    return Step(entry.get("run") or entry["use"], printed="run" in entry, **fields)


def uncovered(commands: Iterable[Command], known: Table) -> list[str]:
    """Return a sentence for each command that neither the table nor a rule covers, or that a rule finds wrong."""
    listed = set(known.commands())
    return [
        f"{command}\n    {fault}" for command in commands if command.text not in listed and (fault := _fault(command))
    ]


def stale(commands: Iterable[Command], known: Table) -> list[str]:
    """Return the commands of the table that are printed nowhere."""
    printed = {command.text for command in commands}
    return [text for text in known.commands() if text not in printed]


def contradicted(known: Table) -> list[str]:
    """Return the commands that the table says both to run and not to run, or to test twice."""
    walked = {step.command for walk in known.walks for step in walk.steps if step.printed}
    tested, not_run = set(known.tested_by), set(known.not_run)
    return sorted((walked & tested) | (walked & not_run) | (tested & not_run))


def unproven(command: str, proof: Proof, commands: Iterable[Command]) -> list[str]:
    """Return why a proof does not show that its test runs the command."""
    source = _test(ROOT / proof.file, proof.test)
    if not source:
        return [f"{proof.file} has no {proof.test}"]
    if proof.block:
        pages = {c.page for c in commands if c.text == command}
        blocks = [text for page in pages for text in _blocks((ROOT / page).read_text(), proof.block)]
        whole = any(" ".join(command.split()) in text for text in blocks)
        named = f'block("{proof.block}")' in source
        return [] if whole and named else [f"{proof.test} does not run a block {proof.block} with this command"]
    words = [word for word in _words(command) if word not in proof.other]
    superfluous = set(proof.other) - set(_words(command))
    missing = [word for word in words if word not in source]
    return [
        *(f"{proof.test} does not contain {word!r}; add it to `other` if the test replaces it" for word in missing),
        *(f"the command has no word {word!r}; remove it from `other`" for word in sorted(superfluous)),
    ]


def _test(path: Path, name: str) -> str:
    """Return the source of a test and of what its file has beside tests, without comments; empty without the test."""
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name]
    others = [node for node in tree.body if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_")]
    return "\n".join(_source(node) for node in [*functions, *others]) if functions else ""


def _source(node: ast.AST) -> str:
    """Return the code of a node without comments and docstrings, and its strings as they are, for a search."""
    docstrings = {id(n.value) for n in ast.walk(node) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    strings = [n for n in ast.walk(node) if isinstance(n, ast.Constant) and id(n) not in docstrings]
    names = [keyword.arg or "" for keyword in ast.walk(node) if isinstance(keyword, ast.keyword)]
    calls = [ast.unparse(n).replace("'", '"') for n in ast.walk(node) if isinstance(n, ast.Call)]
    return "\n".join([*(str(string.value) for string in strings), *names, *calls])


def _blocks(text: str, name: str) -> list[str]:
    """Return the blocks of a page below the comment that names them, each in one line."""
    found = re.findall(rf"<!-- runs: {re.escape(name)} -->\n```\n(.*?)```\n", text, re.S)
    return [" ".join(block.replace("\\\n", " ").split()) for block in found]


def _words(command: str) -> list[str]:
    """Return the words of a command that a test must contain, with NAME=VALUE as two words.

    The fixtures run ansible-playbook and name the inventory.
    """
    words = [re.match(r"(\w+)=(.+)", word, re.S) or word for word in shlex.split(command)]
    parts = [[word] if isinstance(word, str) else list(word.groups()) for word in words]
    return [part for each in parts for part in each if part not in ("ansible-playbook", "-e", "-i")]


def program(command: Command) -> str:
    """Return the program of a command without variables and directories."""
    return Path(_arguments(command)[0]).name


def _arguments(command: Command) -> list[str]:
    """Return the words of a command without the variables before it."""
    return [*dropwhile(re.compile(r"[A-Z_]+=").match, command.words)]


def _fault(command: Command) -> str:
    """Return why a command fails its rule; without a rule, how to register it."""
    name, words = program(command), _arguments(command)
    if name == "make":
        return _make(words[1:])
    if name == "pytest":
        missing = [
            word for word in words[1:] if word.startswith("tests/") and not (ROOT / word.split("::")[0]).exists()
        ]
        return f"{', '.join(missing)} does not exist" if missing else ""
    if name == "aws" and len(words) == 3:  # the name of an operation, in a sentence
        return _operation(words[1], words[2])
    if name in SHORT_RUNS or name == "terraform":  # terraform is named for comparison only
        return ""
    return (
        "This command is in no walk. Add it to tests/walk/walks.yml: as a step of a walk, exactly as it is printed; or "
        "under tested_by with the file of the test that runs it; or under not_run with the reason why no test can."
    )


def _make(words: list[str]) -> str:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    variables = dict(word.split("=", 1) for word in words if "=" in word)
    if unknown := [word for word in words if "=" not in word and word not in targets]:
        return f"the Makefile has no target {', '.join(unknown)}"
    if wrong := [v for v in variables.get("ENV", "dev").split("|") if not (ROOT / "inventories" / v).is_dir()]:
        return f"there is no environment {', '.join(wrong)}"
    return ""


def _operation(service: str, operation: str) -> str:
    session = botocore.session.get_session()
    service = {"s3": "s3"}.get(service, service)
    if service not in session.get_available_services():
        return f"the AWS CLI has no service {service}"
    model = session.get_service_model(service)
    names = {xform_name(name, "-") for name in model.operation_names}
    return "" if operation in names else f"the service {service} has no operation {operation}"


def command_line(step: Step, values: dict[str, str]) -> str:
    """Return the command of a step, as a text for a shell whose `aws` calls the local AWS."""
    text = step.command
    for placeholder, value in step.replace.items():
        text = text.replace(placeholder, value.format(**values))
    text = f"{text} {step.add}".strip()
    words = shlex.split(text)
    if words[0] == "ansible-playbook" and "inventories/local" not in words:
        last = max(index for index, word in enumerate(words) if word == "-i")
        words[last + 2 : last + 2] = ["-i", "inventories/local"]
        return shlex.join(words)
    return text

"""What happens to a documented command: the table walks.yml, and rules for commands that need no entry."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
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
class Table:
    walks: list[Walk]
    tested_by: dict[str, tuple[str, str]]  # a file, and a text in it
    not_run: dict[str, str]

    def commands(self) -> list[str]:
        """Return all commands of the table that must be printed somewhere."""
        steps = [step.command for walk in self.walks for step in walk.steps if step.printed]
        return [*steps, *self.tested_by, *self.not_run]


def table(path: Path = TABLE) -> Table:
    content = yaml.safe_load(path.read_text())
    walks = [Walk(w["name"], w["start"], list(map(_step, w["steps"])), w.get("ci", False)) for w in content["walks"]]
    return Table(walks, content["tested_by"], content["not_run"])


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


def program(command: Command) -> str:
    """Return the program of a command without variables and directories."""
    words = [word for word in command.words if not re.match(r"[A-Z_]+=", word)]
    return Path(words[0]).name


def _fault(command: Command) -> str:
    """Return why a command fails its rule; without a rule, how to register it."""
    name, words = program(command), command.words
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

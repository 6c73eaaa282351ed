"""The shell commands that are printed in the documentation and at the head of playbooks."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAMS = (
    "ansible",
    "ansible-builder",
    "ansible-config",
    "ansible-doc",
    "ansible-galaxy",
    "ansible-inventory",
    "ansible-navigator",
    "ansible-playbook",
    "ansible-runner",
    "ansible-test",
    "antsibull-changelog",
    "apt-get",
    "aws",
    "awx",
    "bash",
    "cd",
    "curl",
    "diff",
    "docker",
    "export",
    "galaxy-importer",
    "git",
    "jq",
    "kill",
    "less",
    "make",
    "molecule",
    "mypy",
    "npm",
    "pip",
    "pipx",
    "podman",
    "pre-commit",
    "psql",
    "pytest",
    "python",
    "python3",
    "ruff",
    "sh",
    "terraform",
    "unset",
    "uv",
    "yamllint",
)
_WORD = rf"(?:(?:\S*/)?(?:{'|'.join(map(re.escape, PROGRAMS))}))"
# Variables before the program (`PYTHONPATH=collections python ...`) belong to the command.
_COMMAND = re.compile(rf"^(?:\$ )?((?:[A-Z_]+=\S* )*{_WORD} +\S.*)$")
_FENCE = re.compile(r"^\s*```(\w*)\s*$")
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
SHELLS = ("", "bash", "sh", "shell", "console", "text")
EXPLANATION = re.compile(r"(?:\s{2,}|\s+#\s).*$")  # `command     what it does`, `command # what it does`


@dataclass(frozen=True)
class Command:
    """A command as it is printed, and where."""

    text: str
    page: str
    line: int

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def pages(root: Path = ROOT) -> list[Path]:
    """Return the pages whose commands are extracted."""
    readmes = [root / "README.md", root / "CONTRIBUTING.md", *sorted(root.glob("roles/*/README.md"))]
    others = [p for p in sorted(root.glob("*.md")) if p not in readmes]
    docs = [p for p in sorted(root.glob("docs/**/*.md")) if "decisions" not in p.parts]
    return [*readmes, *others, *docs]


def documented(root: Path = ROOT) -> list[Command]:
    """Return all commands, page by page and in the order of the page."""
    found = [command for page in pages(root) for command in on_page(page.read_text(), str(page.relative_to(root)))]
    for playbook in sorted(root.glob("playbooks/*.yml")):
        found += at_head(playbook.read_text(), str(playbook.relative_to(root)))
    return found


def on_page(text: str, page: str) -> Iterator[Command]:
    """Yield the commands in the code blocks and in the code spans of a page."""
    lines = text.splitlines()
    fence: str | None = None
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if mark := _FENCE.match(line):
            fence = mark[1] if fence is None else None
        elif fence is None:
            yield from (Command(span, page, number) for span in _SPAN.findall(line) if _is_command(span))
        elif fence in SHELLS:
            first = number
            while line.endswith("\\") and number < len(lines):
                line = line[:-1].rstrip() + " " + lines[number].strip()
                number += 1
            if command := _COMMAND.match(line.strip()):
                yield Command(EXPLANATION.sub("", command[1]).strip(), page, first)


def at_head(text: str, page: str) -> Iterator[Command]:
    """Yield the commands in the comments of a playbook. `...` repeats the first command."""
    first = ""
    for number, line in enumerate(text.splitlines(), 1):
        comment = EXPLANATION.sub("", line.removeprefix("# ")) if line.startswith("# ") else ""
        if comment.startswith("... ") and first:
            yield Command(comment.replace("...", first, 1), page, number)
        elif _is_command(comment):
            first = first or comment
            yield Command(comment, page, number)


def _is_command(text: str) -> bool:
    """Return whether a code span is a command with arguments, and not the name of a program or a message."""
    return bool(_COMMAND.match(text)) and "…" not in text

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
_COMMAND = re.compile(rf"^(?:[A-Z_]+=\S* )*{_WORD} +\S")
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
    fence: str | None = None
    first = ""  # the first command of a code block
    for number, line in _joined(text.splitlines()):
        if mark := _FENCE.match(line):
            fence, first = (mark[1] if fence is None else None), ""
        elif fence is None and not line.startswith("    "):
            yield from (Command(span, page, number) for span in _SPAN.findall(line) if _is_command(span))
        elif fence is None or fence in SHELLS:
            text = EXPLANATION.sub("", line.strip()).removeprefix("$ ")
            if text.startswith("... ") and first:
                yield Command(_repeated(first, text), page, number)
            elif _is_command(text):
                first = first or text
                yield Command(text, page, number)


def _joined(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield numbered lines. A line that ends with a backslash goes on with the next one."""
    start, text = 0, ""
    for number, line in enumerate(lines, 1):
        start, text = (start, f"{text} {line.strip()}") if text else (number, line)
        if text.endswith("\\"):
            text = text[:-1].rstrip()
            continue
        yield start, text
        text = ""


def _repeated(first: str, text: str) -> str:
    """Return the command that `... -e a=b` means: the first one, without the options that the text repeats."""
    options = text.removeprefix("... ")
    return f"{first} {options}" if options not in first else first


def at_head(text: str, page: str) -> Iterator[Command]:
    """Yield the commands in the comments of a playbook. `...` repeats the first command."""
    first = ""
    for number, line in enumerate(text.splitlines(), 1):
        comment = EXPLANATION.sub("", line.removeprefix("# ")) if line.startswith("# ") else ""
        if comment.startswith("... ") and first:
            yield Command(_repeated(first, comment), page, number)
        elif _is_command(comment):
            first = first or comment
            yield Command(comment, page, number)


def _is_command(text: str) -> bool:
    """Return whether a text is a command with arguments, and not the name of a program or a part of a message."""
    return bool(_COMMAND.match(text)) and "…" not in text and "..." not in text

"""The documentation: working links, up-to-date quotes and plain words."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.split()
]
PAGES = [p for p in FILES if p.suffix == ".md" and p.exists()]
QUOTE = re.compile(r"<!-- from (\S+) -->\n```\w*\n(.*?)```\n", re.S)
# Phrases that a reader has to decode.
RIDDLES = (
    "as they shall be",
    "nothing was to",
    " is none",
    "are none,",
    "shall ",
    "of ours",
    "in vain",
    "stands for",
    "stand for",
    "as it comes",
    "It is no error",
    "whose doing",
    " anew",
)
READ_BY_USERS = [
    p
    for p in FILES
    if p.exists()
    and (
        (p.suffix == ".md" and "decisions" not in p.parts)
        or (p.suffix == ".yml" and p.relative_to(ROOT).parts[0] in ("roles", "playbooks", "inventories"))
        or p.relative_to(ROOT).parts[0:2] in (("plugins", part) for part in ("modules", "filter", "lookup", "callback"))
        or p.relative_to(ROOT).parts[0:2] in (("plugins", part) for part in ("doc_fragments", "plugin_utils", "action"))
        or p.relative_to(ROOT).parts[0:2] == ("plugins", "module_utils")
        or p.name == "Makefile"
        or p.relative_to(ROOT).parts[0] == "scripts"
    )
]


def test_pages_and_quotes_are_found():
    assert len(PAGES) > 15 and len(READ_BY_USERS) > 150
    assert len(QUOTE.findall((ROOT / "docs/developing/new-resource.md").read_text())) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_to_files(page):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    missing = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_quotes_match_their_files(page):
    for path, block in QUOTE.findall(page.read_text()):
        assert block in (ROOT / path).read_text(), f"{page.name} quotes an earlier {path}: copy the current lines"


@pytest.mark.parametrize("path", READ_BY_USERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_words_are_plain(path):
    lines = enumerate(path.read_text().splitlines(), 1)
    found = [f"{number}: {line.strip()}" for number, line in lines for phrase in RIDDLES if phrase in line]
    assert not found, "replace these phrases with plain words"


def test_no_file_is_longer_than_500_lines():
    sources = [p for p in FILES if p.exists() and p.suffix in (".py", ".yml", ".sh") and not p.is_symlink()]
    long = {str(p.relative_to(ROOT)): n for p in sources if (n := len(p.read_text().splitlines())) > 500}
    assert not long


@pytest.mark.parametrize("role", ["aurora", "dynamodb_global", "ipam_vpc"])
def test_every_variable_of_a_role_is_in_its_readme(role):
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())["argument_specs"]
    variables = {name for entry in specs.values() for name in entry.get("options", {})}
    readme = (ROOT / f"roles/{role}/README.md").read_text()
    missing = sorted(name for name in variables if f"`{name}`" not in readme)
    assert not missing, f"add these to the table in roles/{role}/README.md"

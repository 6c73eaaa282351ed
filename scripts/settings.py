"""Write the files that follow from the descriptions of the settings.

They are ``meta/argument_specs.yml`` and the tables in the README of each role, and the names that the tasks of a role
use themselves. Run it with ``make docs`` after a change; ``tests/unit/test_settings_files.py`` checks the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import Role, Setting, shown
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_database import AURORA
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_network import NETWORK
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import RUN
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_table import TABLE

ROOT = Path(__file__).parents[1]
ROLES = (NETWORK, AURORA, TABLE)
INTERNAL = ROOT / "plugins/module_utils/domain/_settings_internal.py"
SECTION = re.compile(r"(<!-- settings: (.*?) -->\n).*?(?=\n\n|\Z)", re.S)
HEAD = "| Variable | Type | Default | Allowed | Description |\n|---|---|---|---|---|"


def files() -> Iterator[tuple[Path, str]]:
    """Return each file with the text that it has to have."""
    for role in ROLES:
        directory = ROOT / "roles" / role.name
        specs = directory / "meta/argument_specs.yml"
        yield specs, argument_specs(role, yaml.safe_load(specs.read_text())["argument_specs"])
        readme = directory / "README.md"
        yield readme, with_tables(role, readme.read_text())
    yield INTERNAL, internal()


def argument_specs(role: Role, present: dict[str, Any]) -> str:
    """Return the argument specs, with the descriptions of the entry points as they are."""
    for entry in present.values():  # a description of one paragraph is a text
        if len(entry.get("description", ())) == 1 and isinstance(entry["description"], list):
            entry["description"] = entry["description"][0]
    lines = ["---", "# Made from the settings in plugins/module_utils/domain by `make docs`.", "argument_specs:"]
    known: set[str] = set()
    for name, entry in present.items():
        lines += [f"  {name}:", *_indented({k: v for k, v in entry.items() if k != "options"}, 4), "    options:"]
        for setting in role.settings:
            if setting.entry_points and name not in setting.entry_points:
                continue
            anchor = setting.name.removeprefix(f"{role.name}_")
            if setting.name in known:
                lines.append(f"      {setting.name}: *{anchor}")
                continue
            known.add(setting.name)
            lines += [f"      {setting.name}: &{anchor}", *_indented(option(setting), 8)]
    return "\n".join(lines) + "\n"


def _indented(value: Any, width: int) -> list[str]:
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110 - width)
    return [f"{' ' * width}{line}".rstrip() for line in text.splitlines()]


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)  # ansible-lint wants lists to be indented

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_list(self, data: list[Any]) -> yaml.Node:
        on_one_line = not any(isinstance(item, (dict, list)) for item in data) and len(str(data)) < 90
        return self.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=on_one_line)


_Dumper.add_representer(list, _Dumper.represent_list)


def option(setting: Setting) -> dict[str, Any]:
    """Return a setting as an option of an argument spec."""
    text = setting.description
    if setting.allowed and not setting.choices:
        text += f" Allowed: {setting.allowed}."
    if setting.computed:
        text += f" Default: {setting.computed}."
    found: dict[str, Any] = {"description": text}
    kind, _, elements = setting.type.partition(" of ")
    found["type"] = kind
    if elements:
        found["elements"] = elements
    if setting.choices:
        found["choices"] = list(setting.choices)
    if not setting.computed:
        found["default"] = setting.default
    if setting.suboptions:
        found["options"] = dict(setting.suboptions)
    return found


def with_tables(role: Role, readme: str) -> str:
    """Return a README with up-to-date tables behind the markers ``<!-- settings: SECTION -->``."""
    sections = {setting.section or "General" for setting in role.settings}
    marked = {match[1] for match in SECTION.findall(readme)}
    if sections != marked:
        raise ValueError(f"roles/{role.name}/README.md needs a marker for each of {sorted(sections ^ marked)}")

    def table(match: re.Match[str]) -> str:
        rows = [row(setting) for setting in role.settings if (setting.section or "General") == match[2]]
        return match[1] + "\n".join([HEAD, *rows])

    return SECTION.sub(table, readme)


def row(setting: Setting) -> str:
    """Return a setting as a row of a table."""
    default = plain(setting.computed) if setting.computed else f"`{_short(setting.default)}`"
    kind = f"{setting.type}, {setting.unit}" if setting.unit else setting.type
    allowed = ", ".join(f"`{_short(c)}`" for c in setting.choices) if setting.choices else setting.allowed
    return f"| `{setting.name}` | {kind} | {default} | {allowed} | {plain(setting.description)} |"


def _short(value: Any) -> str:
    if isinstance(value, str):
        return value if value and not re.fullmatch(r"[\d.]+", value) else f'"{value}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_short(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(each) for each in value) + "]"
    return shown(value)


def plain(text: str) -> str:
    """Return a description with Ansible's markup as Markdown."""
    text = re.sub(r"O\((\w+)=(\w+)\)", r"`\1: \2`", text)
    text = re.sub(r"O\(([\w.]+)#module:(\w+)\)", r"`\2` of `\1`", text)
    text = re.sub(r"[OVCM]\((.*?)\)", r"`\1`", text)
    return re.sub(r"(?<![\w/(\[`])(docs/using/[\w-]+\.md)", r"[\1](../../\1)", text)


def internal() -> str:
    """Return the list of the names that the tasks of each role use themselves."""
    lines = [
        *INTERNAL.read_text().split("INTERNAL", 1)[0].rstrip().splitlines(),
        "",
        "INTERNAL: dict[str, frozenset[str]] = {",
    ]
    for role in (*ROLES, RUN):
        known = role.by_name
        found = sorted(name for name in _names(role) if name not in known)
        lines += [
            f'    "{role.name}": frozenset(',
            "        {",
            *(f'            "{name}",' for name in found),
            "        }",
            "    ),",
        ]
    return "\n".join([*lines, "}"]) + "\n"


def _names(role: Role) -> set[str]:
    """Return the variables that the files of a role, or the playbooks, define."""
    if role is RUN:
        files = sorted((ROOT / "playbooks").rglob("*.yml"))
    else:
        files = sorted((ROOT / "roles" / role.name).glob("[tv]*/*.yml"))
    pattern = rf"(?:register|loop_var): ({role.name}_\w+)|^\s*({role.name}_\w+):"
    return {
        found for path in files for match in re.findall(pattern, path.read_text(), re.M) for found in match if found
    }


if __name__ == "__main__":
    for path, text in files():
        path.write_text(text)

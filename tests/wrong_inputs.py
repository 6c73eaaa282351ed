"""The wrong inputs in tests/data/wrong_inputs, and what the check says about variables without a run of Ansible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import Fault
from ansible_collections.mtk.backend.plugins.plugin_utils.settings import ROLES, Settings

DATA = Path(__file__).parent / "data/wrong_inputs"
ACCOUNT = "123456789012"
BASE = {"mtk_environment": "dev", "expected_account_id": ACCOUNT}


@dataclass(frozen=True)
class Row:
    """Variables as a user sets them, and the words of the one message about them.

    ``host`` is the only host where the row is wrong; empty for any host. ``never`` is what no message may contain.
    """

    name: str
    set: Mapping[str, Any]
    says: tuple[str, ...]
    host: str = ""
    never: str = ""
    options: tuple[str, ...] = field(default=())

    def says_in(self, text: str) -> bool:
        """Return whether a message contains all the words."""
        return all(words in text for words in self.says)


def load(path: Path) -> list[Row]:
    """Return the rows of a file. Variables that are a text are YAML as a user writes it."""
    rows = []
    for number, row in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
        given = row["set"]
        variables = yaml.safe_load(given) if isinstance(given, str) else given
        rows.append(
            Row(
                f"{path.stem}-{number}",
                variables,
                tuple(row["says"].split(" ... ")),
                row.get("on", ""),
                row.get("never", ""),
            )
        )
    return rows


ROWS = [row for path in sorted(DATA.glob("*.yml")) for row in load(path)]


def resolve(variables: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Return the function that resolves a template as Ansible does."""
    templar = Templar(DataLoader(), {name: trusted(value) for name, value in variables.items()})
    return lambda raw: templar.template(trusted(raw)) if "{{" in str(raw) else raw


def trusted(value: Any) -> Any:
    """Return a value whose texts are templates, as in an inventory."""
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, dict):
        return {trusted(key): trusted(each) for key, each in value.items()}
    return [trusted(each) for each in value] if isinstance(value, list) else value


def settings(variables: Mapping[str, Any], host: str = "us-east-1") -> Settings:
    """Return the settings of a host with these variables besides the environment and the account."""
    return Settings({"inventory_hostname": host, **BASE, **variables}, resolve, fresh=True)


def faults(
    variables: Mapping[str, Any], host: str = "us-east-1", *, owner: bool = True, roles: Iterable[str] = ROLES
) -> list[Fault]:
    """Return the faults of all roles, each once."""
    found = settings(variables, host)
    every = [*found.run_faults, *(fault for role in roles for fault in found.check(ROLES[role], owner=owner)[1])]
    return list({str(fault): fault for fault in every}.values())


def values(variables: Mapping[str, Any], host: str = "us-east-1", *, owner: bool = True) -> dict[str, Any]:
    """Return the values of all settings."""
    found = settings(variables, host)
    roles = (found.check(role, owner=owner)[0] for role in ROLES.values())
    return {**found.run, **{name: value for each in roles for name, value in each.items()}}

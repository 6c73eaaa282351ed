# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command that applies a plan, derived from the command that made it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# The playbooks of this project that never write: by path, or by the collection's name.
PLANNING = re.compile(r"(^|/)(?:playbooks/)?(?:plan|drift|topology)\.yml$|^(mtk\.backend\.)(?:plan|drift|topology)$")
OWN_VARIABLES = (
    *("plan_out", "plan_artifact", "detailed_exitcode", "drift_json", "drift_markdown", "drift_fail_on"),
    *("topology_html", "topology_drift"),
)


def apply_command(options: Mapping[str, Any], plan_out: str = "") -> str:
    """Return the command that applies the plan of a run with the given command line options.

    ``options`` are Ansible's parsed ones (``ansible.context.CLIARGS``). Extra variables are not repeated, because they
    may hold secrets; a note says that they are needed.

    >>> apply_command({"args": ["playbooks/plan.yml"], "inventory": ["inventories/prod"]}, "plan.json")
    'ansible-playbook site.yml -i inventories/prod -e plan_file=plan.json'
    """
    words = _words(options, _applying)
    words += ["-e", _extra("plan_file", plan_out)] if plan_out else []
    others = [given for given in options.get("extra_vars") or () if not str(given).startswith(OWN_VARIABLES)]
    return shlex.join(words) + (", with the same extra variables (-e)" if others else "")


def _extra(name: str, value: str) -> str:
    """Return an extra variable. Ansible divides ``name=value`` at spaces, and reads quotes and braces as its own."""
    return f"{name}={value}" if re.fullmatch(r"[\w./@:+,~-]+", value) else json.dumps({name: value})


def outputs_command(options: Mapping[str, Any]) -> str:
    """Return the command that shows the outputs of what a run with the given command line options has applied.

    >>> outputs_command({"args": ["site.yml"], "inventory": ["inventories/prod"]})
    'ansible-playbook playbooks/outputs.yml -i inventories/prod'
    """
    return shlex.join(_words(options, _showing))


def run_command(options: Mapping[str, Any]) -> str:
    """Return the command of a run with the given command line options, without extra variables.

    >>> run_command({"args": ["playbooks/destroy.yml"], "inventory": ["inventories/dev"]})
    'ansible-playbook playbooks/destroy.yml -i inventories/dev'
    """
    return shlex.join(_words(options, relative))


def _words(options: Mapping[str, Any], named: Callable[[str], str]) -> list[str]:
    """Return the words of a command, whose playbooks ``named`` renames."""
    words = ["ansible-playbook", *(named(str(playbook)) for playbook in options.get("args") or ())]
    for inventory in options.get("inventory") or ():
        words += ["-i", relative(str(inventory))]
    words += ["--limit", str(options["subset"])] if options.get("subset") else []
    for option, name in (("tags", "--tags"), ("skip_tags", "--skip-tags")):
        wanted = [tag for tag in options.get(option) or () if tag != "all"]
        words += [name, ",".join(wanted)] if wanted else []
    return words


def _applying(playbook: str) -> str:
    """Return the playbook that applies what ``playbook`` plans: site.yml for plan.yml and drift.yml."""
    return PLANNING.sub(lambda match: f"{match[2]}site" if match[2] else f"{match[1]}site.yml", playbook)


def _showing(playbook: str) -> str:
    """Return the outputs.yml that belongs to a playbook, which is a site.yml or mtk.backend.site."""
    beside = re.sub(r"(^|/)(?:playbooks/)?site\.yml$", r"\1playbooks/outputs.yml", relative(playbook))
    return re.sub(r"^mtk\.backend\.site$", "mtk.backend.outputs", beside)


def relative(path: str) -> str:
    """Return a path relative to the working directory, if it is below it. Ansible makes inventory paths absolute."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path

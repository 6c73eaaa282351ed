# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of playbooks/awx.yml, and their check before the first request to AWX."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain import _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._awx_notifications import is_name, notification
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import (
    HIDDEN,
    MISSING,
    Fault,
    Role,
    Setting,
    Values,
    did_you_mean,
)

PREFIX = "awx_"
# Variables that AWX gives to its own jobs. playbooks/awx.yml may itself run in a job.
OF_JOBS = re.compile(
    r"awx_(execution_node|inventory|job|parent_job|project_revision|project_scm_branch|schedule|user|webhook|workflow_job)"
    r"(_\w+)?"
)
HANDFUL = (
    "aurora_instance_count",
    "aurora_serverless_v2_min_capacity",
    "aurora_serverless_v2_max_capacity",
    "aurora_backup_retention_period",
    "dynamodb_global_read_max_capacity",
    "dynamodb_global_write_max_capacity",
)
SURVEYED = ("plan", "apply", "workflow")  # the templates whose surveys ask for settings
KEYS = ("access_key", "secret_key", "session_token")  # of a credential
_IMAGE = r"[a-z0-9][a-z0-9.:/_-]*[a-z0-9](:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?"
_RRULE = "DTSTART:20260101T020000Z RRULE:FREQ=DAILY;INTERVAL=1"
_FREQUENCIES = ("MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_RRULE_REMEDY = f"Write it in one line, for example {_RRULE}."


def rrule(name: str, value: str) -> Iterator[Fault]:
    """Return the faults of the rule of a schedule, which AWX would refuse. An empty text means no schedule."""
    if not value:
        return
    starts = re.findall(r"DTSTART[^\s:]*:\S+", value)
    rules = re.findall(r"RRULE:(\S*)", value)
    broken = ""
    if len(starts) != 1 or not re.fullmatch(r"DTSTART(:\d{8}T\d{6}Z|;TZID=[\w/+-]+:\d{8}T\d{6})", starts[0]):
        broken = "it needs one DTSTART with a time zone (a Z at its end, or TZID)"
    elif not _is_time(starts[0]):
        broken = "its DTSTART is no date with a time"
    else:
        broken = next((words for words in map(_rule_fault, rules or [""]) if words), "")
    if broken:
        yield Fault({name: value}, broken, _RRULE_REMEDY)


def _is_time(start: str) -> bool:
    try:
        datetime.strptime(start.rpartition(":")[2].rstrip("Z") + "Z", "%Y%m%dT%H%M%S%z")
    except ValueError:
        return False
    return True


def _rule_fault(rule: str) -> str:
    """Return why AWX would refuse one RRULE; empty if it would not."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if "FREQ" not in parts:
        return "it needs a RRULE with FREQ"
    if parts["FREQ"] == "SECONDLY":
        return "AWX starts no jobs every second"
    if parts["FREQ"] not in _FREQUENCIES:
        return f"FREQ is one of {', '.join(_FREQUENCIES)}"
    if not re.fullmatch(r"0*[1-9]\d*", parts.get("INTERVAL", "")):
        return "AWX needs an INTERVAL in each RRULE, which is 1 or more"
    return "AWX takes COUNT or UNTIL, and not both" if {"COUNT", "UNTIL"} <= parts.keys() else ""


def url(name: str, value: str) -> Iterator[Fault]:
    """Return the fault of the URL of a repository. A token may take the place of the user."""
    remedy = "Write it as https://git.example.com/mtk/backend.git."
    if re.match(r"\w+://[^/@]*:(?!\d+/)[^@]*@|https?://[^/]*@", value):
        remedy = "Remove what is before the @, and name a credential of AWX in awx_project_credential."
        yield Fault({name: HIDDEN}, "it contains a password or a token, which AWX would show", remedy)
    elif not re.fullmatch(r"(https?|ssh|git|file)://\S+|[\w.-]+@[\w.-]+:\S+", value):
        yield Fault({name: HIDDEN if "@" in value else value}, "it is not the URL of a Git repository", remedy)


def _one_of(path: str, given: str, known: Collection[str], what: str) -> Iterator[Fault]:
    if given not in known:
        near = did_you_mean(given, known)
        remedy = f"Did you mean {near}?" if near else f"Use one of {', '.join(sorted(known))}."
        yield Fault({path: MISSING}, f"is not {what}", remedy)


def _surveys(known: Collection[str]) -> Callable[[str, Mapping[str, Any]], Iterator[Fault]]:
    def judge(name: str, value: Mapping[str, Any]) -> Iterator[Fault]:
        for template, asked in value.items():
            path = f"{name}.{template}"
            yield from _one_of(path, template, SURVEYED, "a template with a survey of settings")
            if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
                yield Fault({path: asked}, "it must be a list of names of settings", f"Write [{HANDFUL[0]}].")
                continue
            for index, setting in enumerate(asked):
                if setting not in known:
                    near = did_you_mean(setting, known)
                    remedy = f"Did you mean {near}?" if near else "Correct the name, or remove it."
                    yield Fault({f"{path}[{index}]": setting}, "no role has such a setting", remedy)
                elif setting in asked[:index]:
                    yield Fault({f"{path}[{index}]": setting}, "the survey asks for it already", "Remove it.")

    return judge


def _text(path: str, value: Any) -> Iterator[Fault]:
    if not is_name(value):
        yield Fault({path: value}, "it must be text without white space at its ends", "Correct it, or remove it.")


def _texts(path: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, list) or not all(is_name(each) for each in value):
        # Keys of a credential may be at the wrong place.
        shown = value if isinstance(value, (str, int)) else HIDDEN
        yield Fault({path: shown}, "it must be a list of names", "Write a list, for example [Vault of prod].")


def _path(path: str, value: Any) -> Iterator[Fault]:
    yield from _text(path, value)
    if isinstance(value, str) and (value.startswith(("/", "~")) or ".." in PurePosixPath(value).parts):
        remedy = "Write the path from the top of the project, for example inventories/prod."
        yield Fault({path: value}, "AWX finds only inventories in the project", remedy)


def _flag(path: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield Fault({path: value}, "it must be true or false", "Set it to true or false, without quotes.")


def _rule(path: str, value: Any) -> Iterator[Fault]:
    yield from rrule(path, value) if isinstance(value, str) else _text(path, value)


def _credential(path: str, value: Any) -> Iterator[Fault]:
    """Return the faults of a credential: the name of one that exists, or keys. No message shows a key.

    An empty name means that the machines or pods of the jobs have rights of their own.
    """
    if isinstance(value, str):
        yield from _text(path, value) if value else ()
        return
    if not isinstance(value, Mapping):
        rule = "it must be the name of a credential of AWX, or access_key and secret_key"
        yield Fault({path: HIDDEN}, rule, "Name the credential, or give the keys from a vault.")
        return
    for key in value:
        yield from _one_of(f"{path}.{key}", str(key), KEYS, "a key of a credential")
    for key in KEYS[:2]:
        if key not in value:
            yield Fault({f"{path}.{key}": MISSING}, "is not set", "Give access_key and secret_key.")
    for key in (key for key in KEYS if key in value):
        if not isinstance(value[key], str) or not value[key].strip():
            yield Fault({f"{path}.{key}": HIDDEN}, "it must be text", "Put it in quotes, or look at its vault.")


_ENVIRONMENT: dict[str, Callable[[str, Any], Iterator[Fault]]] = {
    "inventory": _path,
    "credential": _credential,
    "credentials": _texts,
    "instance_groups": _texts,
    "destroy": _flag,
    "drift_rrule": _rule,
}


def environments(name: str, value: Mapping[Any, Any]) -> Iterator[Fault]:
    """Return the faults of the environments, by their names as in ``mtk_environment``."""
    if not value:
        remedy = "Add one, for example dev: {credential: name of a credential of AWX}."
        yield Fault({name: MISSING}, "has no environments", remedy)
    for key, given in value.items():
        path = f"{name}.{key}"
        if not isinstance(key, str):
            yield Fault({path: MISSING}, "is not named by text", "Put the name of the environment in quotes.")
            continue
        yield from _settings_run.environment(f"the environment {path}", key)
        if not isinstance(given, Mapping):
            yield Fault({path: HIDDEN}, "it must be a dictionary", "Write {credential: name of a credential of AWX}.")
            continue
        if "credential" not in given:
            remedy = "Name a credential of AWX, or give access_key and secret_key from a vault."
            yield Fault({f"{path}.credential": MISSING}, "is not set", remedy)
        for field, content in given.items():
            yield from _one_of(f"{path}.{field}", str(field), _ENVIRONMENT, "a key of an environment")
            if field in _ENVIRONMENT:
                yield from _ENVIRONMENT[field](f"{path}.{field}", content)


def _name(name: str, default: str, description: str, **given: Any) -> Setting:
    """Return the setting of a name. Only one without a default may be empty."""
    pattern = r"\S([^\r\n\t]{0,198}\S)?"
    rule = "it must be a name in one line, of at most 200 characters"
    pattern = pattern if default else f"({pattern})?"
    return Setting(name, "str", description, default=default, pattern=pattern, rule=rule, permits="a name", **given)


def _seconds(name: str, default: int, description: str) -> Setting:
    by = "the playbook allows"
    return Setting(name, "int", description, default=default, minimum=0, maximum=604800, unit="seconds", by=by)


def role(known: Collection[str]) -> Role:
    """Return the variables of the playbook. ``known`` are the settings of all roles, for surveys."""
    settings = (
        _name("awx_name", "mtk", "The first word of all names in AWX."),
        _name("awx_directory", ".", "The checkout of the project, in which the inventories are read."),
        _name("awx_organization", "Default", "The organization. It is created if it does not exist."),
        Setting(
            "awx_project_url",
            "str",
            "The URL of the Git repository with playbooks and inventories.",
            computed="none, it has to be set",
            rule="the URL of a Git repository",
            judge=url,
            secret=True,
        ),
        _name("awx_project_branch", "", "The branch, tag or commit. If empty, the default branch."),
        _name("awx_project_credential", "", "The name of a credential of AWX for the repository, if it needs one."),
        _name("awx_execution_environment", "", "The name of the execution environment. If empty, awx_name."),
        Setting(
            "awx_execution_environment_image",
            "str",
            "The image of the execution environment. If empty, the execution environment has to exist.",
            default="",
            pattern=rf"({_IMAGE})?",
            rule="it must be the name of an image",
            example="registry.example.com/mtk/backend:0.1.0",
        ),
        Setting(
            "awx_execution_environment_pull",
            "str",
            "When AWX pulls the image.",
            default="missing",
            choices=("always", "missing", "never"),
        ),
        _name("awx_execution_environment_credential", "", "The name of a credential of AWX for the registry."),
        Setting(
            "awx_environments",
            "dict",
            "The environments by name. See docs/using/awx.md for the keys.",
            computed="none, it has to be set",
            judge=environments,
            rule="environments by name",
            secret=True,
        ),
        Setting(
            "awx_surveys",
            "dict",
            "The settings that the surveys of the templates plan, apply and workflow ask for.",
            default={template: list(HANDFUL) for template in SURVEYED},
            judge=_surveys(known),
            rule="lists of settings by template",
        ),
        Setting(
            "awx_forks",
            "int",
            "The regions in which a job works at the same time.",
            default=10,
            minimum=1,
            maximum=100,
            by="the playbook allows",
        ),
        _seconds("awx_plan_timeout", 3600, "After how long AWX ends a job that only reads. 0 means never."),
        _seconds("awx_apply_timeout", 14400, "After how long AWX ends a job that changes something. 0 means never."),
        _seconds("awx_approval_timeout", 86400, "How long the workflow waits for the approval. 0 means for ever."),
        _seconds("awx_plan_max_age", 86400, "The greatest age of a plan that is applied."),
        Setting(
            "awx_drift_rrule",
            "str",
            "When AWX looks for drift, as an iCalendar rule. If empty, there is no schedule.",
            default=_RRULE,
            judge=rrule,
            rule="a rule of iCalendar that AWX takes",
        ),
        Setting(
            "awx_notification",
            "dict",
            "Where AWX reports drift, and approvals that it waits for. See docs/using/awx.md.",
            default={},
            judge=notification,
            rule="name, or type and configuration",
            secret=True,
        ),
        Setting(
            "awx_update_secrets",
            "bool",
            "Whether to send secrets to AWX again, which never shows them. The tasks then always report a change.",
            default=False,
        ),
    )
    return Role("awx", settings, ((("awx_approval_timeout", "awx_plan_max_age"), _in_time),), _none, frozenset(),
                title="playbooks/awx.yml")  # fmt: skip


def _in_time(approval: int, age: int) -> Iterator[Fault]:
    if age == 0:
        yield Fault({"awx_plan_max_age": age}, "no plan is 0 seconds old", "Set it to 86400, which is a day.")
    elif approval == 0 or approval > age:
        rule = "the plan would be too old before somebody approves it"
        remedy = f"Set awx_approval_timeout to 1 to {age}, or awx_plan_max_age to a greater value."
        yield Fault({"awx_approval_timeout": approval, "awx_plan_max_age": age}, rule, remedy)


def _none(values: Values, host: Mapping[str, Any]) -> Values:
    return {}


_BY_TASKS = ("awx_environments", "awx_notification")  # tasks of the playbook read their secrets, and convert nothing
_AS_FILE = "Write it in a YAML or JSON file, and give the file with -e @FILE."


def check(given: Mapping[str, Any], known: Collection[str]) -> tuple[Values, list[Fault]]:
    """Return the values of the variables of the playbook, and the faults. ``given`` has all variables of the user."""
    own = {name: value for name, value in given.items() if name.startswith(PREFIX) and not OF_JOBS.fullmatch(name)}
    texts = [name for name in _BY_TASKS if isinstance(own.get(name), str)]
    faults = [Fault({name: HIDDEN}, "it must be a dictionary, and it is text", _AS_FILE) for name in texts]
    variables = role(known)
    values, found = variables.check({name: value for name, value in own.items() if name not in texts}, {})
    faults += found
    for name in ("awx_project_url", "awx_environments"):
        if name not in own:
            remedy = "Set it in the file that you give with -e @FILE, as docs/using/awx.md shows."
            faults.append(Fault({name: MISSING}, "is not set", remedy))
    return values, faults

"""The checks of AWX's serializers: of one field, of several fields, and of relations between objects."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .kinds import REQUIRED, UNIFIED, Field, Kind
from .surveys import rrule_errors

Errors = dict[str, list[str]]
SECRET = "$encrypted$"
_TRUE, _FALSE = ("true", "True", "1", 1, True), ("false", "False", "0", 0, False)
_PLAYBOOK = re.compile(
    r"^\s*?-?\s*?(?:hosts|(ansible\.builtin\.)?include|(ansible\.builtin\.)?import_playbook):\s*?.*?$"
)
_SKIPPED = {"roles", "tasks", "group_vars", "host_vars"}
_CREDENTIALS = ("ssh", "vault", "cloud", "net", "kubernetes")  # kinds that a job template takes
# Of notifications, the fields with their types and defaults; AWX adds a default that was not sent.
_TYPES = {"string": str, "int": int, "bool": bool, "list": list, "password": str, "object": dict}
NOTIFICATIONS: dict[str, dict[str, tuple[str, Any]]] = {
    "webhook": {
        "url": ("string", REQUIRED),
        "http_method": ("string", "POST"),
        "disable_ssl_verification": ("bool", False),
        "username": ("string", ""),
        "password": ("password", ""),
        "headers": ("object", REQUIRED),
    },
    "slack": {"token": ("password", REQUIRED), "channels": ("list", REQUIRED)},
    "mattermost": {"mattermost_url": ("string", REQUIRED), "mattermost_no_verify_ssl": ("bool", REQUIRED)},
    "rocketchat": {"rocketchat_url": ("string", REQUIRED), "rocketchat_no_verify_ssl": ("bool", REQUIRED)},
    "pagerduty": {
        "subdomain": ("string", REQUIRED),
        "token": ("password", REQUIRED),
        "service_key": ("string", REQUIRED),
        "client_name": ("string", REQUIRED),
    },
    "email": {
        "host": ("string", REQUIRED),
        "port": ("int", REQUIRED),
        "username": ("string", REQUIRED),
        "password": ("password", REQUIRED),
        "use_tls": ("bool", REQUIRED),
        "use_ssl": ("bool", REQUIRED),
        "sender": ("string", REQUIRED),
        "recipients": ("list", REQUIRED),
        "timeout": ("int", 30),
    },
}


class Refused(Exception):
    """A request that AWX answers with 400, and its errors."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def playbooks(project: Path) -> list[str]:
    """Return the files of a project that AWX takes for playbooks."""
    found = []
    for top, directories, files in os.walk(project):  # it follows no links
        directories[:] = [name for name in directories if name not in _SKIPPED and not name.startswith(".")]
        for path in (Path(top) / name for name in files if name.endswith((".yml", ".yaml"))):
            if any(_PLAYBOOK.match(line) for line in path.read_text(errors="ignore").splitlines()):
                found.append(path.relative_to(project).as_posix())
    return sorted(found)


def converted(field: Field, value: Any, exists: Callable[[str, int], bool]) -> Any:
    """Return a value as the serializer converts it. Raise ValueError with the words of AWX."""
    if value is None:
        if field.null or field.type == "json":
            return None
        raise ValueError("This field may not be null.")
    return {"text": _text, "int": _int, "bool": _bool, "choice": _choice, "json": _json, "ref": _ref}[field.type](
        field, value, exists
    )


def _text(field: Field, value: Any, _: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("Not a valid string.")
    if field.default is REQUIRED and not str(value).strip():
        raise ValueError("This field may not be blank.")
    return str(value).strip()


def _int(field: Field, value: Any, _: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
        raise ValueError("A valid integer is required.")
    return int(value)


def _bool(field: Field, value: Any, _: Any) -> bool:
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ValueError("Must be a valid boolean.")


def _choice(field: Field, value: Any, _: Any) -> Any:
    for each in field.choices:
        if str(each) == str(value) and not isinstance(value, bool):
            return each
    raise ValueError(f'"{value}" is not a valid choice.')


def _json(field: Field, value: Any, _: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("Value must be valid JSON.")
    return value


def _ref(field: Field, value: Any, exists: Callable[[str, int], bool]) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"Incorrect type. Expected pk value, received {type(value).__name__}.")
    if not exists(field.ref, value):
        raise ValueError(f'Invalid pk "{value}" - object does not exist.')
    return value


class Checks:
    """Checks of several fields. ``get`` returns an object by endpoint and id."""

    def __init__(self, get: Callable[[str, int], dict[str, Any] | None], project: Path) -> None:
        self._get = get
        self._playbooks = playbooks(project)

    def check(self, kind: Kind, item: dict[str, Any]) -> None:
        """Raise Refused as AWX would for an object with these fields. May add defaults to it."""
        for error in getattr(self, f"_{kind.type}", lambda item: iter(()))(item):
            raise Refused(error)

    def _project_of(self, item: Mapping[str, Any]) -> dict[str, Any] | None:
        return self._get("projects", item["project"]) if item.get("project") else None

    def _credential(self, item: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        if not item["organization"]:
            yield {"detail": "Missing 'user', 'team', or 'organization'."}
        fields = {each["id"] for each in self._get("credential_types", item["credential_type"])["inputs"]["fields"]}
        for name, value in item["inputs"].items():
            if name not in fields:
                yield {"inputs": [f"Additional properties are not allowed ('{name}' was unexpected)"]}
            elif not isinstance(value, str):
                yield {"inputs": {name: [f"{value} is not of type 'string'"]}}

    def _execution_environment(self, item: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        credential = self._get("credentials", item["credential"]) if item["credential"] else None
        if credential and self._get("credential_types", credential["credential_type"])["kind"] != "registry":
            words = "Only Container Registry credentials can be associated with an Execution Environment"
            yield {"credential": [words]}

    def _project(self, item: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        if item["scm_type"] and not item["scm_url"]:
            yield {"scm_url": ["SCM URL is required."]}
        if not item["scm_type"] and item["scm_update_on_launch"]:
            yield {"scm_update_on_launch": ["Update options must be set to false for manual projects."]}

    def _inventory_source(self, item: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        if item["source"] == "scm" and item["source_project"] is None:
            yield {"source_project": ["Project required for scm type sources."]}
        elif item["source"] != "scm" and (item["source_project"] or item["source_path"]):
            yield {"detail": "Cannot set source_path if not SCM type."}

    def _job_template(self, item: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        project = self._project_of(item)
        if project is None:
            yield {"project": ["This field is required."]}
            return
        if not item["playbook"]:
            yield {"playbook": ["Must select playbook for project."]}
        elif item["playbook"] not in self._playbooks:
            yield {"playbook": ["Playbook not found for project."]}
        if (item["scm_branch"] or item["ask_scm_branch_on_launch"]) and not project["allow_override"]:
            yield {"scm_branch": ["Project does not allow overriding branch."]}
        if item["inventory"] is None and not item["ask_inventory_on_launch"]:
            yield {"inventory": ["You must either set a default value or ask to prompt on launch."]}
        yield from _extra_vars(item)

    def _workflow_job_template(self, item: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        yield from _extra_vars(item)

    def _schedule(self, item: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        errors = rrule_errors(item["rrule"])
        if errors:
            yield {"rrule": errors}
        if item["extra_data"]:
            yield {"extra_data": [f"Variables {', '.join(item['extra_data'])} are not allowed on launch."]}

    def _notification_template(self, item: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        known = NOTIFICATIONS.get(item["notification_type"])
        if known is None:
            raise NotImplementedError(f"the stand-in knows no notification of type {item['notification_type']}")
        given = item["notification_configuration"]
        for name, (_, default) in known.items():
            if name not in given and default is not REQUIRED:
                given[name] = default
        missing = [name for name in known if name not in given]
        wrong = [name for name in known if name in given and type(given[name]) is not _TYPES[known[name][0]]]
        empty = [name for name in known if given.get(name) == []]
        errors = [f"Missing required fields for Notification Configuration: {missing}."] if missing else []
        errors += [f"Configuration field '{name}' incorrect type, expected {known[name][0]}." for name in wrong]
        errors += [f"No values specified for field '{name}'" for name in empty]
        if errors:
            yield {"non_field_errors": errors}


def _extra_vars(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    try:
        valid = not item["extra_vars"] or isinstance(json.loads(item["extra_vars"]), dict)
    except ValueError:
        valid = False
    if not valid:
        yield {"extra_vars": ["Cannot parse as JSON or YAML."]}


def secret_fields(kind: Kind, item: Mapping[str, Any], types: Mapping[int, Any]) -> tuple[str, set[str]]:
    """Return the field of an object that holds secrets, and their names in it."""
    if kind.type == "credential":
        fields = types[item["credential_type"]]["inputs"]["fields"]
        return "inputs", {each["id"] for each in fields if each.get("secret")}
    if kind.type == "notification_template":
        known = NOTIFICATIONS.get(item["notification_type"], {})
        return "notification_configuration", {name for name, (type_, _) in known.items() if type_ == "password"}
    return "", set()


def attach_error(kind: Kind, name: str, parent: Mapping[str, Any], present: list[Any], new: Any, types: Any) -> str:
    """Return why AWX refuses to attach an object; empty if it does not."""
    if name == "credentials":
        found = types[new["credential_type"]]
        if found["kind"] not in _CREDENTIALS:
            return f"Cannot assign a Credential of kind `{found['kind']}`."
        if found["kind"] != "vault" and new["credential_type"] in [each["credential_type"] for each in present]:
            return f"Cannot assign multiple {found['name']} credentials."
    if name.endswith("_nodes"):
        if parent["id"] == new["id"]:
            return "Cycle detected."
        if parent["workflow_job_template"] != new["workflow_job_template"]:
            return "Relationship not allowed."
    return ""


def unified(endpoint: str) -> tuple[str, ...]:
    """Return the endpoints whose objects an endpoint lists."""
    return UNIFIED if endpoint == "unified_job_templates" else (endpoint,)

"""The objects of the stand-in: creation, change, lists with filters and pages, associations."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from .kinds import BY_ENDPOINT, BY_TYPE, KINDS, REQUIRED, UNIFIED, Kind
from .rules import SECRET, Checks, Refused, attach_error, converted, secret_fields, unified
from .surveys import survey_error

API = "/api/v2"
_AWS = [
    {"id": "username", "label": "Access Key", "type": "string"},
    {"id": "password", "label": "Secret Key", "type": "string", "secret": True},
    {"id": "security_token", "label": "STS Token", "type": "string", "secret": True},
]
_VAULT = [{"id": "vault_password", "type": "string", "secret": True}, {"id": "vault_id", "type": "string"}]
_LOGIN = [{"id": "username", "type": "string"}, {"id": "password", "type": "string", "secret": True}]
_TYPES = (
    ("Amazon Web Services", "cloud", "aws", _AWS),
    ("Vault", "vault", "vault", _VAULT),
    ("Source Control", "scm", "scm", _LOGIN),
    ("Container Registry", "registry", "registry", [*_LOGIN, {"id": "host", "type": "string"}]),
)


class NotFound(Exception):
    """A request for an object that does not exist."""


class Store:
    """All objects, as a new AWX has them: the organization Default, and the credential types."""

    def __init__(self, project: Path) -> None:
        self._ids = itertools.count(1)
        self._items: dict[str, dict[int, dict[str, Any]]] = {kind.endpoint: {} for kind in KINDS}
        self._related: dict[tuple[int, str], list[int]] = {}
        self._surveys: dict[int, dict[str, Any]] = {}
        self._updates: dict[int, int] = {}  # ids of project updates: how often they were read
        self.secrets: dict[int, dict[str, Any]] = {}  # what was given for secret fields, by object
        self._checks = Checks(self._find, project)
        self.create("organizations", {"name": "Default"})
        self.create("instance_groups", {"name": "default"})
        for name, kind, namespace, fields in _TYPES:
            given = {"name": name, "kind": kind, "namespace": namespace, "inputs": {"fields": fields}}
            self.create("credential_types", given)

    def names(self, endpoint: str) -> list[str]:
        """Return the names of all objects of an endpoint."""
        return sorted(item.get("name", item.get("identifier", "")) for item in self._items[endpoint].values())

    def named(self, endpoint: str, name: str) -> dict[str, Any]:
        """Return an object by its name, as the API shows it."""
        (found,) = [
            item for item in self._items[endpoint].values() if name in (item.get("name"), item.get("identifier"))
        ]
        return self.shown(BY_ENDPOINT[endpoint], found)

    def related_names(self, item: Mapping[str, Any], association: str) -> list[str]:
        """Return the names of the objects that are attached to an object."""
        found = [self._any(number) for number in self._related.get((item["id"], association), [])]
        return sorted(each.get("name", each.get("identifier", "")) for each in found)

    def survey(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return self._surveys.get(item["id"], {})

    def _any(self, number: int) -> dict[str, Any]:
        return next(items[number] for items in self._items.values() if number in items)

    def _find(self, endpoint: str, number: int) -> dict[str, Any] | None:
        return next((self._items[each][number] for each in unified(endpoint) if number in self._items[each]), None)

    def _get(self, endpoint: str, number: int) -> tuple[Kind, dict[str, Any]]:
        if endpoint not in BY_ENDPOINT or number not in self._items[endpoint]:
            raise NotFound
        return BY_ENDPOINT[endpoint], self._items[endpoint][number]

    def create(self, endpoint: str, given: Mapping[str, Any]) -> dict[str, Any]:
        if endpoint not in BY_ENDPOINT or endpoint == "workflow_approval_templates":
            raise NotFound
        kind = BY_ENDPOINT[endpoint]
        item = {name: deepcopy(field.default) for name, field in kind.fields.items() if field.default is not REQUIRED}
        missing = [name for name, field in kind.fields.items() if field.default is REQUIRED and name not in given]
        if missing:
            raise Refused({name: ["This field is required."] for name in missing})
        return self._save(kind, {**item, "id": next(self._ids)}, given, new=True)

    def change(self, endpoint: str, number: int, given: Mapping[str, Any]) -> dict[str, Any]:
        kind, item = self._get(endpoint, number)
        return self._save(kind, deepcopy(item), given, new=False)

    def _save(self, kind: Kind, item: dict[str, Any], given: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
        errors: dict[str, list[str]] = {}
        for name, value in given.items():
            field = kind.fields.get(name)
            if field is None:
                if name not in kind.ignored:
                    errors[name] = [f"The stand-in refuses this field: {kind.type} has none of this name."]
            elif new or not field.fixed:
                try:
                    item[name] = converted(field, deepcopy(value), lambda *where: self._find(*where) is not None)
                except ValueError as error:
                    errors[name] = [str(error)]
        if errors:
            raise Refused(errors)
        self._checks.check(kind, item)
        self._check_unique(kind, item)
        self._hide(kind, item)
        self._items[kind.endpoint][item["id"]] = item
        found = self.shown(kind, item)
        if new and kind.type == "project" and item["scm_type"]:  # AWX updates a new project at once
            update = next(self._ids)
            self._updates[update] = 0
            found["summary_fields"]["current_update"] = {"id": update, "status": "pending"}
        return found

    def _check_unique(self, kind: Kind, item: Mapping[str, Any]) -> None:
        same = {name: self._value(kind, item, name) for name in kind.unique}
        for other in self._items[kind.endpoint].values():
            if same and other["id"] != item["id"] and all(self._value(kind, other, n) == v for n, v in same.items()):
                words = " and ".join(name.replace("_", " ").capitalize() for name in kind.unique)
                raise Refused({"__all__": [f"{kind.title} with this {words} already exists."]})

    def _value(self, kind: Kind, item: Mapping[str, Any], name: str) -> Any:
        if kind.type == "job_template" and name == "organization":
            return self._organization("projects", item["project"])
        return item[name]

    def _organization(self, endpoint: str, number: int | None) -> Any:
        return self._items[endpoint][number]["organization"] if number in self._items[endpoint] else None

    def _hide(self, kind: Kind, item: dict[str, Any]) -> None:
        field, names = secret_fields(kind, item, self._items["credential_types"])
        for name in names & set(item.get(field, {})):
            if item[field][name] not in ("", SECRET):
                self.secrets.setdefault(item["id"], {})[name] = item[field][name]
                item[field][name] = SECRET

    def delete(self, endpoint: str, number: int) -> None:
        self._get(endpoint, number)
        del self._items[endpoint][number]

    def shown(self, kind: Kind, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return an object as the API shows it."""
        url = f"{API}/{kind.endpoint}/{item['id']}/"
        related = {name: f"{url}{name}/" for name in kind.associations}
        if kind.type in ("job_template", "workflow_job_template"):
            related["survey_spec"] = f"{url}survey_spec/"
        if kind.type == "project":
            related["update"] = f"{url}update/"
        if item.get("unified_job_template"):
            endpoint = next(each for each in UNIFIED if item["unified_job_template"] in self._items[each])
            related["unified_job_template"] = f"{API}/{endpoint}/{item['unified_job_template']}/"
        extra: dict[str, Any] = {"scm_revision": ""} if kind.type == "project" else {}
        if kind.type == "job_template":
            extra["organization"] = self._value(kind, item, "organization")
        if kind.type == "inventory_source":
            extra["organization"] = self._organization("inventories", item["inventory"])
        if kind.type == "workflow_approval_template":
            extra["organization"] = None
        organization = self._items["organizations"].get(item.get("organization"))
        summary = {"organization": {"id": organization["id"], "name": organization["name"]}} if organization else {}
        head = {"id": item["id"], "type": kind.type, "url": url, "related": related, "summary_fields": summary}
        return {**head, **deepcopy(dict(item)), **extra}

    def read(self, path: list[str]) -> dict[str, Any]:
        """Return one object."""
        if path[0] == "project_updates" and int(path[1]) in self._updates:
            self._updates[int(path[1])] += 1
            return {"id": int(path[1]), "status": "successful" if self._updates[int(path[1])] > 1 else "running"}
        return self.shown(*self._get(path[0], int(path[1])))

    def survey_spec(self, endpoint: str, number: int, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the survey of a template, or replace it if ``given`` is not None."""
        self._get(endpoint, number)
        if given is None:
            return deepcopy(self._surveys.get(number, {}))
        error = survey_error(given) if given else ""
        if error:
            raise Refused({"error": error})
        self._surveys[number] = deepcopy(dict(given))
        return {}

    def approval(self, number: int, given: Mapping[str, Any]) -> dict[str, Any]:
        """Create the approval of a node of a workflow."""
        _, node = self._get("workflow_job_template_nodes", number)
        kind = BY_TYPE["workflow_approval_template"]
        item = {name: deepcopy(field.default) for name, field in kind.fields.items() if field.default is not REQUIRED}
        found = self._save(kind, {**item, "id": next(self._ids)}, given, new=True)
        node["unified_job_template"] = found["id"]
        return found

    def members(self, endpoint: str, number: int, name: str, query: str) -> dict[str, Any]:
        """Return the objects that are attached to an object."""
        kind, item = self._get(endpoint, number)
        if name not in kind.associations:
            raise NotFound
        items = [self._any(each) for each in self._related.get((item["id"], name), [])]
        return self._page(
            f"{API}/{endpoint}/{number}/{name}/", [(BY_ENDPOINT[kind.associations[name]], i) for i in items], query
        )

    def attach(self, endpoint: str, number: int, name: str, given: Mapping[str, Any]) -> None:
        """Attach an object to another, or detach it."""
        kind, item = self._get(endpoint, number)
        if name not in kind.associations:
            raise NotFound
        if not isinstance(given.get("id"), int):
            raise Refused({"msg": '"id" field must be an integer.'})
        present = self._related.setdefault((item["id"], name), [])
        if given.get("disassociate"):
            present.remove(given["id"])
            return
        new = self._items[kind.associations[name]].get(given["id"])
        if new is None:
            raise Refused({"detail": f"{kind.associations[name]} {given['id']} does not exist."})
        types = self._items["credential_types"]
        error = attach_error(kind, name, item, [self._any(each) for each in present], new, types)
        if error:
            raise Refused({"error": error})
        if given["id"] not in present:
            present.append(given["id"])

    def list(self, endpoint: str, query: str) -> dict[str, Any]:
        """Return a page of the objects of an endpoint that match the filters of a query."""
        if endpoint != "unified_job_templates" and endpoint not in BY_ENDPOINT:
            raise NotFound
        filters = [(name, value) for name, value in parse_qsl(query) if name not in ("page", "page_size", "order_by")]
        found = []
        for each in unified(endpoint):
            kind = BY_ENDPOINT[each]
            found += [(kind, item) for item in self._items[each].values() if self._matches(kind, item, filters)]
        return self._page(f"{API}/{endpoint}/", found, query)

    def _matches(self, kind: Kind, item: Mapping[str, Any], filters: list[tuple[str, str]]) -> bool:
        shown = self.shown(kind, item)
        wanted = [self._matches_one(kind, shown, name, value) for name, value in filters if not name.startswith("or__")]
        either = [self._matches_one(kind, shown, name[4:], value) for name, value in filters if name.startswith("or__")]
        return all(wanted) and (not either or any(either))

    def _matches_one(self, kind: Kind, shown: Mapping[str, Any], name: str, value: str) -> bool:
        field, _, lookup = name.partition("__")
        if field not in shown or lookup not in ("", "startswith"):
            raise Refused({"detail": f"{kind.title} has no field named '{name}'"})
        text = "" if shown[field] is None else str(shown[field])
        return text.startswith(value) if lookup else text == value

    def _page(self, path: str, found: list[tuple[Kind, Mapping[str, Any]]], query: str) -> dict[str, Any]:
        options = dict(parse_qsl(query))
        size, page = min(int(options.get("page_size", 25)), 200), int(options.get("page", 1))
        following = f"{path}?{urlencode({**options, 'page': page + 1})}" if len(found) > page * size else None
        listed = [self.shown(*each) for each in found[(page - 1) * size : page * size]]
        return {"count": len(found), "next": following, "previous": None, "results": listed}

"""Write the files that follow from the names of the outputs.

They are ``docs/using/outputs.schema.json`` and the tables of ``docs/using/outputs.md``. Run it with ``make docs`` after
a change; ``tests/unit/test_outputs.py`` checks the result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._outputs import (
    LIST,
    MAP,
    NUMBER,
    REGIONAL,
    ROLES,
    SCHEMA_VERSION,
    SHARED,
    TEXT,
    Output,
)

USING = Path(__file__).parents[1] / "docs/using"
SECTION = re.compile(r"(<!-- outputs: (shared|regional) -->\n).*?(?=\n\n|\Z)", re.S)
_JSON: dict[str, dict[str, Any]] = {
    TEXT: {"type": "string"},
    NUMBER: {"type": "integer"},
    LIST: {"type": "array", "items": {"type": "string"}},
    MAP: {"type": "object", "additionalProperties": {"type": "string"}},
}


def schema() -> dict[str, Any]:
    """Return the JSON schema of the document, without descriptions of its frame."""

    def properties(outputs: Iterable[Output]) -> dict[str, Any]:
        fields = {
            each.name: {"description": each.meaning, "anyOf": [_JSON[each.type], {"type": "null"}]} for each in outputs
        }
        return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}

    command = {
        "type": "object",
        "properties": {"purpose": {"type": "string"}, "command": {"type": "string"}},
        "required": ["purpose", "command"],
        "additionalProperties": False,
    }
    text_or_null: dict[str, Any] = {"type": ["string", "null"]}
    frame: dict[str, Any] = {
        "schema_version": {"const": SCHEMA_VERSION},
        "environment": {"type": "string"},
        "account": text_or_null,
        "partition": text_or_null,
        "home_region": text_or_null,
        "roles": {"type": "array", "items": {"enum": list(ROLES)}},
        "complete": {"type": "boolean"},
        "missing": {"type": "array", "items": {"type": "string"}},
        "shared": properties(SHARED),
        "regions": {"type": "object", "additionalProperties": properties(REGIONAL)},
        "commands": {"type": "object", "additionalProperties": {"type": "array", "items": command}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Outputs of an environment",
        "description": "Written by playbooks/outputs.yml; docs/using/outputs.md describes it.",
        "type": "object",
        "properties": frame,
        "required": list(frame),
        "additionalProperties": False,
    }


def files() -> Iterator[tuple[Path, str]]:
    """Return each file with the text that it has to have."""
    yield USING / "outputs.schema.json", json.dumps(schema(), indent=1) + "\n"
    page = USING / "outputs.md"
    tables = {"shared": table(SHARED), "regional": table(REGIONAL)}
    yield page, SECTION.sub(lambda match: match[1] + tables[match[2]], page.read_text())


def table(outputs: Iterable[Output]) -> str:
    """Return the outputs as a table."""
    rows = [f"| `{each.name}` | {each.type} | {each.role} | {each.meaning} | {_null(each)} |" for each in outputs]
    return "\n".join(["| Name | Type | Role | Meaning | Also null with |", "|---|---|---|---|---|", *rows])


def _null(output: Output) -> str:
    setting, value = output.unless
    return f"`{setting}: {json.dumps(value) if not isinstance(value, str) else value}`" if setting else ""


def main() -> None:
    for path, text in files():
        path.write_text(text)


if __name__ == "__main__":
    main()

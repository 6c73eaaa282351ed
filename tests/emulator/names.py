"""The names of a resource in a request: its id, ARN and name, and the aliases and tags of an id."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID

from .requests import is_readable

KEY_ID_IN_BASE64 = 48  # the characters of the 36 of a key's id
_ARN = re.compile(r"arn:[\w-]+:([\w-]+):[\w-]*:\d*:(?:[\w-]+[:/])?(.+)")
# What ARNs have before or after the name: a path, a random ending, a part of the resource.
_MORE = {"iam": r"^.*/", "secretsmanager": r"-\w{6}$", "logs": r":\*$", "dynamodb": r"/.*$"}


def is_named(resource: str, service: str, region: str, environ: Mapping[str, Any], body: bytes) -> bool:
    """Return whether a value in a request names the resource by its id, ARN, name or alias, or by EC2's tag Name."""
    wanted = {resource, _name_in(resource)}
    if service == "rds":  # which does not tell upper from lower case
        wanted |= {name.lower() for name in wanted}
    return any(not wanted.isdisjoint(_names(value, service, region)) for value in _values(environ, body))


def _values(environ: Mapping[str, Any], body: bytes) -> Iterator[str]:
    if "HTTP_X_AMZ_TARGET" in environ:
        return _strings(json.loads(body or b"{}")) if is_readable(environ, body) else iter(())
    text = body.decode("utf-8", "replace") if body else str(environ.get("QUERY_STRING", ""))
    return iter([value for _, value in parse_qsl(text)])


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
    if isinstance(value, dict) and isinstance(tables := value.get("RequestItems"), dict):
        yield from tables


def _names(value: str, service: str, region: str) -> Iterator[str]:
    """Return all names of the resource that a value names."""
    name = _name_in(value)
    yield from (value, name)
    if service == "rds":
        yield name.lower()
    if service == "ec2":
        yield str(get_backend("ec2")[DEFAULT_ACCOUNT_ID][region].tags.get(value, {}).get("Name", ""))
    if service == "kms":
        of_ciphertext = _key_of_ciphertext(value)
        for key in get_backend("kms")[DEFAULT_ACCOUNT_ID][region].keys.values():
            if key.id in (name, of_ciphertext) or {name, f"alias/{name}"} & set(key.aliases):
                yield from (key.id, *key.aliases)


def _key_of_ciphertext(blob: str) -> str:
    """Return the id of a KMS key, with which a ciphertext begins; the beginning of anything else is no id."""
    try:
        return b64decode(blob[:KEY_ID_IN_BASE64]).decode()
    except ValueError:
        return ""


def _name_in(value: str) -> str:
    """Return the name in an ARN, and any other value as it is."""
    found = _ARN.fullmatch(value)
    return re.sub(_MORE.get(found.group(1), "^$"), "", found.group(2)) if found else value

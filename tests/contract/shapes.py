"""The fields of answers: those of the local AWS, and those of the examples that botocore documents.

``documented_shapes.yml`` lists the documented fields that no answer of the local AWS has, each with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import yaml
from botocore import parsers
from botocore.exceptions import UnknownServiceError
from emulator.promises import services
from emulator.requests import service_model

LISTED = Path(__file__).parent / "documented_shapes.yml"

_OPEN = {"AttributeValue"}  # shapes that hold a caller's own data


def fields(shape: Any, value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of each field in ``value`` that ``shape`` knows: ``Vpcs``, ``Vpcs[].VpcId``."""
    if shape is None or shape.name in _OPEN:
        return
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name, member in shape.members.items():
            if value.get(name) is not None:
                inner = f"{path}.{name}" if path else name
                yield inner
                yield from fields(member, value[name], inner)
    elif shape.type_name == "list" and isinstance(value, list):
        for item in value:
            yield from fields(shape.member, item, f"{path}[]")
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for item in value.values():
            yield from fields(shape.value, item, f"{path}{{}}")


def answered(service: str, operation: str, environ: Mapping[str, Any], answer: tuple[int, Any, bytes]) -> set[str]:
    """Return the fields of a successful answer of the local AWS, as an SDK reads it."""
    shape = output_shape(service, operation)
    if shape is None:
        return set()
    parser = _parser(_protocol(service, environ))
    status, headers, body = answer
    lower = {name.lower(): value for name, value in headers.items()}
    return set(fields(shape, parser.parse({"status_code": status, "headers": lower, "body": body}, shape)))


def output_shape(service: str, operation: str) -> Any:
    """Return the model of an operation's answer, or None if the operation answers nothing."""
    model = service_model(service)
    return model.operation_model(operation).output_shape if operation in model.operation_names else None


@cache
def documented(service: str) -> Mapping[str, set[str]]:
    """Return the fields of the answers in botocore's examples of a service, by operation."""
    loader = botocore.session.get_session().get_component("data_loader")
    try:
        examples = loader.load_service_model(service, "examples-1")["examples"]
    except UnknownServiceError:  # the service has no examples
        return {}
    return {
        operation: {path for each in known for path in fields(output_shape(service, operation), each.get("output", {}))}
        for operation, known in examples.items()
    }


def listed() -> dict[str, str]:
    """Return the fields that the local AWS does not return, with the reason: ``ec2:CreateVpc Vpc.Field``."""
    reasons = yaml.safe_load(LISTED.read_text(encoding="utf-8"))
    return {entry: reason for reason, entries in reasons.items() for entry in entries}


def differences(answers: Mapping[str, set[str]]) -> Iterator[str]:
    """Compare the fields of all answers of the local AWS, by operation, with the documented ones and with the list."""
    left = set(listed())
    for service, promised in services().items():
        for operation in promised.operations:
            name = f"{service}:{operation}"
            missing = outermost(documented(service).get(operation, set()) - answers.get(name, set()))
            for entry in sorted(f"{name} {field}" for field in missing):
                if entry not in left:
                    yield f"{entry} is in no answer"
                left.discard(entry)
    yield from (f"{entry} is listed, but an answer has it, or its operation is not promised" for entry in sorted(left))


def outermost(paths: set[str]) -> set[str]:
    """Return the paths without those of fields inside a field that is in ``paths`` too."""
    return {path for path in paths if not any(path.startswith((f"{one}.", f"{one}[", f"{one}{{")) for one in paths)}


def _protocol(service: str, environ: Mapping[str, Any]) -> str:
    """Return the protocol of a request. A client may choose another one than the service's first."""
    if "/operation/" in environ.get("PATH_INFO", ""):
        return "smithy-rpc-v2-cbor"
    if "HTTP_X_AMZ_TARGET" in environ:
        return "json"
    return "ec2" if service == "ec2" else "query"


@cache
def _parser(protocol: str) -> Any:
    return parsers.create_parser(protocol)

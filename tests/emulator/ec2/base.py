"""The base class and the helpers of all EC2 handlers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response

from ..core import AwsError


class Ec2(EC2Response):
    """moto's handler, with the parsed parameters of the request as ``params``."""

    params: dict[str, Any]

    @property
    def ec2(self) -> Any:
        """Return moto's EC2 backend of this account and region."""
        return self.ec2_backend

    def require(self, *names: str) -> None:
        """Refuse a request that lacks one of the named parameters."""
        for name in names:
            if self.params.get(name) in (None, "", []):
                raise AwsError(
                    "MissingParameter", f"The request must contain the parameter {name[0].lower()}{name[1:]}"
                )

    def _client_token(self) -> str:
        """Return the client token of the request. AWS makes one up for a request without one."""
        return str(self.params.get("ClientToken") or uuid.uuid4())


def answered(answer: Any) -> ActionResult:
    """Return the answer of moto's untyped handler as an ActionResult."""
    typed: ActionResult = answer
    return typed


def result(**fields: Any) -> ActionResult:
    """Return an answer without the fields that have no value."""
    return ActionResult({name: value for name, value in fields.items() if value is not None})


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags in the form of EC2's answers."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_dict(params: Mapping[str, Any], resource_type: str) -> dict[str, str]:
    """Return the tags that a create call gives to ``resource_type``."""
    specs = [spec for spec in params.get("TagSpecifications") or [] if spec.get("ResourceType") == resource_type]
    return {tag["Key"]: tag.get("Value", "") for spec in specs for tag in spec.get("Tags") or []}


def tags_in(backend: Any, resource_id: str) -> list[dict[str, str]]:
    """Return the tags of one of moto's resources in the form of EC2's answers."""
    return tag_list(backend.tags.get(resource_id, {}))


def forget_tags(backend: Any, ids: Iterable[str]) -> None:
    """Drop the tags of deleted resources, which moto keeps."""
    for resource_id in ids:
        backend.tags.pop(resource_id, None)

"""The operations of Parameter Store."""

from __future__ import annotations

import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ssm.responses import SimpleSystemManagerResponse

from ..admission import Missing
from ..core import AwsError, paged

LEVELS = 15
SIZES = {"Standard": 4096, "Advanced": 8192}
TAGS = 50
FILTERS = ("Name", "Path")
NOT_QUALIFIED = "Parameter name must be a fully qualified name."
TOO_LARGE = (
    "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter "
    "value, upgrade the parameter to use the advanced-parameter tier."
)


def invalid(message: str) -> AwsError:
    """Return AWS's error for an invalid value."""
    return AwsError("ValidationException", message)


class LocalParameters(SimpleSystemManagerResponse):
    """The handler of Parameter Store."""

    def put_parameter(self) -> ActionResult:
        """Create a parameter, or replace its value."""
        name, value = self._get_param("Name"), self._get_param("Value")
        present = self.ssm_backend.get_parameter(name)
        if self._get_param("Type") == "SecureString":
            raise Missing("parameters of type SecureString")
        _check_name(name)
        tier = self._tier(present)
        if len(value) > SIZES[tier]:
            raise invalid(TOO_LARGE if tier == "Standard" else "The value has more than 8192 characters.")
        kind = self._get_param("Type")
        if present and self._get_param("Overwrite") and kind not in (None, present.parameter_type):
            text = f"The parameter {name} is of type {present.parameter_type}. The type of a parameter cannot change."
            raise AwsError("HierarchyTypeMismatchException", text)
        _check_tags(self._get_param("Tags") or [], {})
        return super().put_parameter()

    def _tier(self, present: Any) -> str:
        """Return the tier of a parameter. An advanced one never becomes a standard one again."""
        tier = self._get_param("Tier") or (present.tier if present else "Standard")
        if tier not in SIZES:
            raise Missing("parameters of tier Intelligent-Tiering")
        if present and present.tier == "Advanced" and tier == "Standard":
            text = "This parameter uses the advanced-parameter tier. You can't downgrade it to the standard tier."
            raise invalid(text)
        return str(tier)

    def get_parameters_by_path(self) -> ActionResult:
        """List the parameters below a path, in the order of their names."""
        path = self._get_param("Path")
        if not path.startswith("/") or "//" in path:
            raise invalid("The parameter path must begin with a forward slash and have no empty parts.")
        below = path.rstrip("/") + "/"
        found = [
            each
            for each in self._all()
            if each.name.startswith(below) and (self._get_param("Recursive") or "/" not in each.name[len(below) :])
        ]
        return self._page(found, 10, lambda each: each.response_object(False, self.region))

    def describe_parameters(self) -> ActionResult:
        """List the parameters without their values, by name or path."""
        filters = self._get_param("ParameterFilters") or []
        unknown = [each["Key"] for each in filters if each["Key"] not in FILTERS]
        if unknown:
            raise Missing(f"the filter {unknown[0]} of ssm:DescribeParameters")
        found = [each for each in self.ssm_backend.describe_parameters([], filters)]
        names = {each.name for each in found}
        return self._page([each for each in self._all() if each.name in names], 10, self._described)

    def _described(self, parameter: Any) -> dict[str, Any]:
        shown = parameter.describe_response_object(False)
        return {
            **{key: value for key, value in shown.items() if key != "Value"},
            "ARN": parameter.response_object(False, self.region)["ARN"],
            "LastModifiedUser": f"arn:{self.partition}:iam::{self.current_account}:root",
            "Policies": [],
        }

    def _all(self) -> list[Any]:
        names = sorted(self.ssm_backend._parameters)
        return [self.ssm_backend.get_parameter(name) for name in names]

    def _page(self, found: list[Any], size: int, shown: Any) -> ActionResult:
        params = {name: self._get_param(name) for name in ("MaxResults", "NextToken")}
        page, more = paged(
            found, params, size, refusal=AwsError("InvalidNextToken", "The specified token isn't valid.")
        )
        return ActionResult({"Parameters": [shown(each) for each in page], **({"NextToken": more} if more else {})})

    def add_tags_to_resource(self) -> ActionResult:
        """Add tags to a parameter."""
        name = self._parameter()
        _check_tags(self._get_param("Tags"), self.ssm_backend.list_tags_for_resource("Parameter", name))
        return super().add_tags_to_resource()

    def remove_tags_from_resource(self) -> ActionResult:
        """Remove tags from a parameter."""
        self._parameter()
        return super().remove_tags_from_resource()

    def list_tags_for_resource(self) -> ActionResult:
        """Return the tags of a parameter."""
        self._parameter()
        return super().list_tags_for_resource()

    def _parameter(self) -> str:
        """Return the parameter that a request about tags names. Refuse other types of resources."""
        kind, name = self._get_param("ResourceType"), str(self._get_param("ResourceId"))
        if kind != "Parameter":
            raise Missing(f"tags of the resource type {kind}")
        return name


def _check_name(name: str) -> None:
    """Refuse names that AWS refuses, beyond the reserved ones."""
    if not re.fullmatch(r"[a-zA-Z0-9_.\-/]+", name) or "//" in name or name.endswith("/"):
        text = "Parameter name: can only contain letters, numbers and the symbols .-_, in parts divided by slashes."
        raise invalid(text)
    if "/" in name and not name.startswith("/"):
        raise invalid(NOT_QUALIFIED)
    if name.count("/") > LEVELS:
        text = f"A hierarchy can have a maximum of {LEVELS} levels."
        raise AwsError("HierarchyLevelLimitExceededException", text)


def _check_tags(tags: list[dict[str, str]], present: dict[str, str]) -> None:
    reserved = [tag["Key"] for tag in tags if tag["Key"].lower().startswith("aws:")]
    if reserved:
        raise invalid(f"The tag key {reserved[0]} begins with aws:, which is reserved.")
    if len({*present, *(tag["Key"] for tag in tags)}) > TAGS:
        raise AwsError("TooManyTagsError", f"A parameter can have at most {TAGS} tags.")

"""Validation of the arguments of Application Auto Scaling."""

from __future__ import annotations

import re
from typing import Any

from ..core import AwsError, paged
from .models import METRICS, Key

DIMENSION = re.compile(r"^dynamodb:(table|index):(ReadCapacityUnits|WriteCapacityUnits)$")
RESOURCE = re.compile(r"^table/[a-zA-Z0-9_.-]{3,255}(/index/[a-zA-Z0-9_.-]{3,255})?$")


def invalid(message: str) -> AwsError:
    """Return a ValidationException."""
    return AwsError("ValidationException", message)


def not_found(what: str, key: Key, name: str = "") -> AwsError:
    """Return the error for a target or policy that does not exist."""
    named = f", policy name: {name}" if name else ""
    return AwsError(
        "ObjectNotFoundException",
        f"No {what} found for service namespace: dynamodb, resource ID: {key[0]}, scalable dimension: {key[1]}{named}",
    )


def check_namespace(params: dict[str, Any]) -> None:
    """Refuse all namespaces except DynamoDB's."""
    if params["ServiceNamespace"] != "dynamodb":
        raise invalid(f"The local AWS does not implement the service namespace {params['ServiceNamespace']}.")


def key_of(params: dict[str, Any]) -> Key:
    """Return the resource and dimension of a call. Refuse a mismatch."""
    check_namespace(params)
    resource, dimension = params["ResourceId"], params["ScalableDimension"]
    found = DIMENSION.match(dimension)
    kind = "index" if "/index/" in resource else "table"
    if not found or not RESOURCE.match(resource) or found.group(1) != kind:
        raise invalid("Unsupported service namespace, resource type or scalable dimension")
    return resource, dimension


def check_listing(params: dict[str, Any], resources: list[str] | None) -> None:
    """Refuse invalid arguments of the calls that list targets, policies and activities."""
    check_namespace(params)
    if params.get("ScalableDimension") and not resources:
        raise invalid("If you specify a scalable dimension, you must also specify a resource ID.")
    if params.get("ScalableDimension") and not DIMENSION.match(params["ScalableDimension"]):
        raise invalid("Unsupported service namespace, resource type or scalable dimension")


def page(found: list[dict[str, Any]], params: dict[str, Any], size: int) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page of at most ``size`` items and the token of the next page."""
    wanted = params.get("MaxResults") or size
    if not 1 <= wanted <= size:
        raise invalid(f"MaxResults must be between 1 and {size}")
    refusal = AwsError("InvalidNextTokenException", "The next token supplied was invalid.")
    return paged(found, params, size, refusal=refusal)


def check_capacities(low: int | None, high: int | None) -> tuple[int, int]:
    """Return the bounds. Refuse a missing bound, a minimum below 1 and a minimum above the maximum."""
    if low is None or high is None:
        raise invalid("MinCapacity and MaxCapacity must be specified when a scalable target is registered")
    if low < 1:
        raise invalid("MinCapacity must be at least 1 for the service namespace dynamodb")
    if low > high:
        raise invalid("Maximum capacity cannot be less than minimum capacity")
    return low, high


def check_policy(key: Key, config: dict[str, Any]) -> None:
    """Refuse a policy whose metric does not fit the dimension or whose target is outside 10 to 90 percent."""
    predefined, custom = config.get("PredefinedMetricSpecification"), config.get("CustomizedMetricSpecification")
    if bool(predefined) == bool(custom):
        raise invalid("Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification is needed")
    if predefined is None:
        raise invalid("The local AWS does not implement CustomizedMetricSpecification.")
    wanted = METRICS[key[1].rsplit(":", 1)[1]]
    if predefined["PredefinedMetricType"] != wanted:
        raise invalid(f"Metric {predefined['PredefinedMetricType']} is not supported for {key[1]}; use {wanted}")
    if predefined.get("ResourceLabel"):
        raise invalid("ResourceLabel is not supported for the service namespace dynamodb")
    if not 10 <= config["TargetValue"] <= 90:
        raise invalid("TargetValue must be between 10 and 90")
    if min(config.get("ScaleInCooldown", 0), config.get("ScaleOutCooldown", 0)) < 0:
        raise invalid("A cooldown must not be negative")

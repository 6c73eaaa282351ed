"""The three tiers: what tests prove (promised), what moto serves alone (unverified), and all else (refused)."""

from __future__ import annotations

import importlib
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores

from . import catalogue, services
from .core import HANDLERS
from .promises import is_promised
from .promises import services as promised_services

PROMISED, UNVERIFIED, REFUSED = "promised", "unverified", "refused"

_PAST_THE_CHECKS = "it creates resources past the checks and states of the promised services"
_RUNS_CODE = "it runs containers on this machine"
_OTHER_INSTANCES = "its instances are not those that RunInstances starts and TerminateInstances ends here"
# Services and operations (service:Operation) that moto has and the local AWS refuses, with the reason.
DANGEROUS = {
    "cloudformation": _PAST_THE_CHECKS,
    "dynamodb:ImportTable": f"{_PAST_THE_CHECKS}, in a thread of its own",
    "ec2:DescribeVpcEndpointServices": "it needs a package that is not installed",
    "iam:DeleteServiceLinkedRole": "it deletes the role at once, also while its service uses it",
    "ec2:AssociateVpcCidrBlock": "CreateSubnet and IPAM know one block of a VPC here",
    "ec2:ModifySecurityGroupRules": "it does not know the rules of the security groups here",
    "ec2:CreateFleet": _OTHER_INSTANCES,
    "ec2:RequestSpotFleet": _OTHER_INSTANCES,
    "ec2:RequestSpotInstances": _OTHER_INSTANCES,
    "ec2:DescribeInstances": _OTHER_INSTANCES,
    "ec2:DescribeInstanceStatus": _OTHER_INSTANCES,
    "ec2:RebootInstances": _OTHER_INSTANCES,
    "ec2:StartInstances": _OTHER_INSTANCES,
    "ec2:StopInstances": _OTHER_INSTANCES,
    "lambda:Invoke": _RUNS_CODE,
    "lambda:InvokeAsync": _RUNS_CODE,
    "batch:SubmitJob": _RUNS_CODE,
}


def of(service: str, operation: str) -> str:
    """Return the tier of an operation."""
    if is_promised(service, operation):
        return PROMISED
    if not operation or DANGEROUS.keys() & {service, f"{service}:{operation}"}:
        return REFUSED
    return UNVERIFIED if served(service, operation) else REFUSED


def is_motos_own(service: str, operation: str) -> bool:
    """Return whether moto alone serves an operation, so that no method of this package loses a parameter."""
    method = _method(handler(service), operation)
    return method is not None and method.__module__.startswith("moto.")


def unverified_operations(service: str) -> list[str]:
    """Return the operations of an extended service that only moto serves."""
    from .requests import service_model

    return [name for name in service_model(service).operation_names if of(service, name) == UNVERIFIED]


def unverified_services() -> list[str]:
    """Return the other services of moto, by boto3's names."""
    return sorted(set(catalogue.names()) - set(promised_services()) - set(DANGEROUS))


def handler(service: str) -> type:
    """Return the class that serves an extended service."""
    return HANDLERS[services.load(service)]


def served(service: str, operation: str) -> bool:
    """Return whether moto, or the class that replaces it, serves an operation."""
    if service in promised_services():
        return _method(handler(service), operation) is not None
    if service not in catalogue.names():
        return False
    try:
        urls = importlib.import_module(f"moto.{catalogue.names()[service]}.urls")
    except ImportError:  # a package that this service of moto needs is not installed
        return False
    handlers = [each.__self__ for each in urls.url_paths.values() if each.__name__ == "dispatch"]
    # moto finds the method of an operation by its name, except in handlers that route requests in their own way.
    return not all(map(_by_name, handlers)) or not handlers or any(_method(each, operation) for each in handlers)


def _by_name(served_by: Any) -> bool:
    cls = served_by if isinstance(served_by, type) else type(served_by)
    return bool(cls._get_action is BaseResponse._get_action)  # type: ignore[attr-defined]


def _method(served_by: Any, operation: str) -> Any:
    """Return the method of an operation, unless all that it does is to raise NotImplementedError."""
    method = getattr(served_by, camelcase_to_underscores(operation), None)
    code = getattr(method, "__code__", None)
    raises_only = code is not None and "NotImplementedError" in code.co_names and len(code.co_names) <= 3
    return None if code is None or raises_only else method

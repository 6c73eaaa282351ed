"""The services that this package extends, each in a folder of its own as in moto."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import moto.core.responses

from .promises import services as promised_services

SERVICES = (
    "ec2", "rds", "dynamodb", "autoscaling", "cloudwatch", "iam", "kms", "logs", "secretsmanager", "ssm", "sts",
    "tagging",
)  # fmt: skip


def load(service: str) -> str:
    """Make a service ready to answer, and return moto's name for it.

    All services are loaded together, because they read each other's resources. That takes seconds, so STS, which needs
    only IAM, is loaded without the others.
    """
    if service == "sts":
        _module("iam").register()  # moto creates IAM's state at the very first request
        _module("sts").register()
    else:
        register()
    if service not in promised_services():
        from .catalogue import names

        return names()[service]
    return service.replace("-", "")


@cache
def register() -> None:
    """Replace moto's handlers with those of this package."""
    # Without a cache, moto collects the methods of the handler's class at every request.
    moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)
    for name in SERVICES:
        _module(name).register()


def before(operation: str, region: str) -> None:
    """Remember the tagged resources before a request that removes tags."""
    if _registered() and operation in _module("tagging").UNTAGS:
        _module("tagging").remember(region)


def enforce_iam(environ: Any, service: str, operation: str, region: str, parameters: Any) -> None:
    """Refuse a request that IAM would refuse. The evaluation is loaded at its first use."""
    register()
    _module("access.enforcement").enforce(environ, service, operation, region, parameters)


def tick() -> None:
    """Run the background processes of AWS up to the present moment."""
    if _registered():
        _module("dynamodb.keys").run()
        _module("autoscaling.scaler").run()


def _registered() -> bool:
    return bool(register.cache_info().currsize)


def _module(name: str) -> Any:
    return importlib.import_module(f"{__package__}.{name}")

"""The services that this package extends, each in a folder of its own as in moto."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import moto.core.responses

OURS = (
    "ec2", "rds", "dynamodb", "autoscaling", "cloudwatch", "iam", "kms", "logs", "secretsmanager", "sts", "tagging",
)  # fmt: skip


def load(service: str) -> str:
    """Make a service ready to answer, and say how moto calls it.

    All of ours come together, because they look at each other's resources; that takes seconds, so not for who only asks
    who it is.
    """
    if service == "sts":
        _ours("iam").register()  # moto makes IAM's state at the first request of all
        _ours("sts").register()
    else:
        register()
    return service.replace("-", "")


@cache
def register() -> None:
    """Put our handlers in the place of moto's."""
    # moto asks each handler's class for its methods at every request.
    moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)
    for name in OURS:
        _ours(name).register()


def before(operation: str, region: str) -> None:
    """Remember what a request is about to make the services forget."""
    if _registered() and operation in _ours("tagging").UNTAGS:
        _ours("tagging").remember(region)


def tick() -> None:
    """Do what AWS does by itself as time passes."""
    if _registered():
        _ours("dynamodb.keys").run()
        _ours("autoscaling.scaler").run()


def _registered() -> bool:
    return bool(register.cache_info().currsize)


def _ours(name: str) -> Any:
    return importlib.import_module(f"{__package__}.{name}")

"""The services that this package extends, each in a folder of its own as in moto."""

from __future__ import annotations

import importlib
from functools import cache

import moto.core.responses

OURS = ("ec2", "rds", "dynamodb", "autoscaling", "iam", "kms", "logs", "secretsmanager")


def load(service: str) -> str:
    """Make a service ready to answer, and say how moto calls it.

    All of ours come together, because they look at each other's resources; that takes seconds, so not for who only asks
    who it is.
    """
    if service != "sts":
        register()
    return service.replace("-", "")


@cache
def register() -> None:
    """Put our handlers in the place of moto's."""
    # moto asks each handler's class for its methods at every request.
    moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)
    for name in OURS:
        importlib.import_module(f"{__package__}.{name}").register()


def tick() -> None:
    """Do what AWS does by itself as time passes."""
    if register.cache_info().currsize:
        importlib.import_module(f"{__package__}.autoscaling.scaler").run()

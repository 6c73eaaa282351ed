"""IAM of the local AWS: moto's handler, with AWS's 1,582 managed policies read once and not at every reset."""

from __future__ import annotations

import copy
import os
from functools import lru_cache
from typing import Any

import moto.iam.models as iam_models
from moto.iam.models import IAMBackend

from ..core import serve
from .entities import boundary_uses
from .service_roles import can_assume, service_uses_its_role

__all__ = ["can_assume", "register", "service_uses_its_role"]

_read, _random_id = IAMBackend._init_aws_policies, iam_models.random_policy_id


@lru_cache
def _policies(account_id: str, partition: str) -> list[Any]:
    backend = IAMBackend.__new__(IAMBackend)
    backend.account_id, backend.region_name = account_id, partition
    return list(_read(backend))


def _copies(self: IAMBackend) -> list[Any]:
    return [copy.copy(policy) for policy in _policies(self.account_id, self.region_name)]


def register() -> None:
    """Replace moto's handler, its ids of policies, and its reading of the managed policies."""
    from .responses import LocalIam

    iam_models.random_policy_id = lambda: f"ANPA{_random_id()[4:]}"
    iam_models.ManagedPolicy.permissions_boundary_usage_count = property(boundary_uses)
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    IAMBackend._init_aws_policies = _copies
    serve("iam", LocalIam)

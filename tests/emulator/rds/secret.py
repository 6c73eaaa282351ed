"""The secret in Secrets Manager that RDS manages for a master user."""

from __future__ import annotations

import json
import secrets
import string
import uuid

from moto.secretsmanager.models import secretsmanager_backends

from ..clock import Timeline
from . import checks
from .models import RdsBackend
from .resources import Cluster, MasterSecret

_CHARACTERS = string.ascii_letters + string.digits + "!#$%&()*+,-.:;<=>?[]^_{|}~"


def _content(cluster: Cluster) -> str:
    cluster.password = "".join(secrets.choice(_CHARACTERS) for _ in range(28))
    return json.dumps({"username": cluster.data["MasterUsername"], "password": cluster.password})


def create(backend: RdsBackend, cluster: Cluster, kms_key: str | None) -> None:
    """Create the secret of a cluster."""
    account, region = backend.account_id, backend.region_name
    key = checks.kms_key(account, region, kms_key or "alias/aws/secretsmanager")
    made = secretsmanager_backends[account][region].create_managed_secret(
        service_name="rds",
        secret_id=f"rds!cluster-{uuid.uuid4()}",
        secret_string=_content(cluster),
        description=f"Secret associated with primary RDS DB cluster: {cluster.arn}",
        kms_key_id=key if kms_key else None,
        tags=[{"Key": "aws:rds:primaryDBClusterArn", "Value": cluster.arn}],
    )
    made.rotation_requested = made.rotation_enabled = True
    made.auto_rotate_after_days = 7
    cluster.secret = MasterSecret(made.arn, key, Timeline(("creating", 30), ("active", 0)))


def rotate(backend: RdsBackend, cluster: Cluster) -> None:
    """Store a new password in the secret of a cluster."""
    if cluster.secret is None:
        raise checks.combination("You can't rotate the master user password of a cluster that RDS does not manage.")
    secretsmanager_backends[backend.account_id][backend.region_name].put_secret_value(
        secret_id=cluster.secret.arn,
        secret_string=_content(cluster),
        secret_binary=None,
        client_request_token=None,
        version_stages=["AWSCURRENT"],
    )
    cluster.secret.timeline = Timeline(("rotating", 30), ("active", 0))


def delete(backend: RdsBackend, cluster: Cluster) -> None:
    """Delete the secret of a cluster, if it has one."""
    if cluster.secret:
        secretsmanager_backends[backend.account_id][backend.region_name].delete_secret(cluster.secret.arn, None, True)
        cluster.secret = None

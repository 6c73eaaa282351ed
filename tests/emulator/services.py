"""The services that this package extends, each in a folder of its own as in moto."""

from __future__ import annotations

import os

from . import autoscaling, dynamodb, ec2, kms, logs, rds, secretsmanager

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")  # AmazonRDSEnhancedMonitoringRole is one of them


def register() -> None:
    """Put our handlers in the place of moto's. Calling it twice changes nothing."""
    for service in (ec2, rds, dynamodb, autoscaling, kms, logs, secretsmanager):
        service.register()

"""The services that this package extends, each in a folder of its own as in moto."""

from __future__ import annotations

from . import autoscaling, cloudwatch, dynamodb, ec2, iam, kms, logs, rds, secretsmanager, sts, tagging


def register() -> None:
    """Put our handlers in the place of moto's. Calling it twice changes nothing."""
    for service in (ec2, rds, dynamodb, autoscaling, cloudwatch, iam, kms, logs, secretsmanager, sts, tagging):
        service.register()

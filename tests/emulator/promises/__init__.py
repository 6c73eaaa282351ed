"""The operations and rules that the local AWS implements. Each rule is a row with its source and has a test.

An operation without a row, or a parameter that its row does not name, is never passed on silently: ``emulator.tiers``
decides between moto's own answer, unverified, and a refusal. A parameter at AWS's default (``defaults``) needs no row.
``tests/contract`` proves the rows, and ``docs/developing/local-aws.md`` is generated from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True)
class Rule:
    """A rule of AWS's behaviour. A ``missing`` rule is not implemented, and requests that need it are refused.

    ``source`` names sources by their letters in docs/developing/local-aws.md, or names a page or file.
    """

    name: str
    text: str
    source: str
    missing: bool = False


@dataclass(frozen=True)
class Service:
    """A service with its rules and its operations, each with the parameters that it accepts.

    ``refused`` holds parameters that the service itself refuses with AWS's error, regardless of their values.
    """

    title: str
    operations: Mapping[str, str]
    rules: tuple[Rule, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    def parameters(self, operation: str) -> frozenset[str] | None:
        """Return the parameters that reach an operation; None if the operation is not implemented."""
        given = self.operations.get(operation)
        return None if given is None else frozenset(f"{given} {self.refused.get(operation, '')}".split())


@cache
def services() -> dict[str, Service]:
    """Return all services by boto3's names."""
    from . import autoscaling, cloudwatch, dynamodb, ec2, iam, kms, logs, rds, secretsmanager, ssm, sts, tagging

    return {
        "ec2": ec2.SERVICE,
        "rds": rds.SERVICE,
        "dynamodb": dynamodb.SERVICE,
        "dynamodbstreams": dynamodb.STREAMS,
        "application-autoscaling": autoscaling.SERVICE,
        "kms": kms.SERVICE,
        "secretsmanager": secretsmanager.SERVICE,
        "ssm": ssm.SERVICE,
        "logs": logs.SERVICE,
        "cloudwatch": cloudwatch.SERVICE,
        "iam": iam.SERVICE,
        "sts": sts.SERVICE,
        "resourcegroupstaggingapi": tagging.SERVICE,
    }


def is_promised(service: str, operation: str) -> bool:
    """Return whether the local AWS promises an operation."""
    return service in services() and operation in services()[service].operations

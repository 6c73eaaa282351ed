"""What the local AWS promises. Each operation and each rule is a row with its source; no row is without a test.

An operation that has no row, and a parameter that its row does not name, are refused: nothing is accepted that is not
implemented. ``tests/contract`` proves the rows, and ``docs/developing/local-aws.md`` is made from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True)
class Rule:
    """How AWS behaves in one respect. ``missing`` rules are not implemented; what would need them is refused.

    ``source`` is a letter of the table in docs/developing/local-aws.md, or a page or file that it does not list.
    """

    name: str
    text: str
    source: str
    missing: bool = False


@dataclass(frozen=True)
class Service:
    """One service: its operations with the parameters that they take, and its rules.

    ``refused`` are parameters that the service itself turns down in AWS's words, whatever their value.
    """

    title: str
    operations: Mapping[str, str]
    rules: tuple[Rule, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    def parameters(self, operation: str) -> frozenset[str] | None:
        """The parameters that reach an operation; None where it is not implemented."""
        given = self.operations.get(operation)
        return None if given is None else frozenset(f"{given} {self.refused.get(operation, '')}".split())


@cache
def services() -> dict[str, Service]:
    """All services by boto3's names."""
    from . import autoscaling, cloudwatch, dynamodb, ec2, iam, kms, logs, rds, secretsmanager, sts, tagging

    return {
        "ec2": ec2.SERVICE,
        "rds": rds.SERVICE,
        "dynamodb": dynamodb.SERVICE,
        "dynamodbstreams": dynamodb.STREAMS,
        "application-autoscaling": autoscaling.SERVICE,
        "kms": kms.SERVICE,
        "secretsmanager": secretsmanager.SERVICE,
        "logs": logs.SERVICE,
        "cloudwatch": cloudwatch.SERVICE,
        "iam": iam.SERVICE,
        "sts": sts.SERVICE,
        "resourcegroupstaggingapi": tagging.SERVICE,
    }

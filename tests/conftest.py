"""Fixtures for every test: a local AWS in a thread, empty at the start of each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from lock_calls import locks, named

KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key"}


class Aws:
    """An empty account: ``aws.client("ec2", "us-west-2")`` is a client, ``aws.control`` controls the emulator."""

    user_agent = ""

    def __init__(self, url: str, token: str) -> None:
        from emulator.server import Control

        self.url = url
        self.token = token
        self.control = Control(url, token)
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str = "us-east-1") -> Any:
        if (service, region) not in self._clients:
            self._clients[service, region] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self.url,
                config=Config(user_agent_extra=self.user_agent),
                **KEYS,  # type: ignore[call-overload]
            )
        return self._clients[service, region]

    def mutating(self) -> list[str]:
        """Return the mutating calls so far, as ``service:Operation``, without those that take or release a run lock."""
        return [named(call) for call in self.control.calls(mutating=True) if not locks(call)]

    def locking(self) -> list[str]:
        """Return the mutating calls so far that take or release a run lock."""
        return [named(call) for call in self.control.calls(mutating=True) if locks(call)]


@pytest.fixture(scope="session")
def _local_aws() -> Iterator[Aws]:
    from emulator.server import Server  # here, because unit tests need no AWS

    with Server() as server:
        yield Aws(server.url, server.token)


@pytest.fixture
def aws(_local_aws: Aws) -> Iterator[Aws]:
    """Return an empty local AWS that finishes everything at once; ``aws.control.scale(0.01)`` lets time pass."""
    _local_aws.control.scale(0)
    _local_aws.control.reset()
    yield _local_aws

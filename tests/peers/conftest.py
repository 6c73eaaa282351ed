"""Fixtures of the peers' tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .beats import Run, runner
from .site import Site


@pytest.fixture
def aws(aws: Any) -> Iterator[Any]:
    """Return a local AWS with the tier "unverified", as `make local` starts it."""
    aws.control.unverified(True)
    yield aws
    aws.control.unverified(False)


@pytest.fixture
def run(aws: Any) -> Run:
    """Return ``run("amazon.aws.ec2_vpc_net", check=True, name="x")``."""
    return runner(aws)


@pytest.fixture
def site(aws: Any) -> Site:
    return Site(aws)

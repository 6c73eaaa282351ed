"""A run that makes a call beyond the promises of the local AWS fails, and so does its test."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..conftest import promised_calls_only

PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: Make a call that only moto serves
      ansible.builtin.command:
        argv: ["{python}", "-c", "import boto3; boto3.client('sns', region_name='us-east-1').create_topic(Name='a')"]
      environment:
        AWS_ENDPOINT_URL: "{url}"
        AWS_ACCESS_KEY_ID: local
        AWS_SECRET_ACCESS_KEY: emulator-secret-key
      changed_when: false
      ignore_errors: {tolerated}
"""


@pytest.fixture
def playbook(aws: Any, tmp_path: Path) -> Callable[[bool], str]:
    """Return ``playbook(tolerated)``, which writes a playbook with an unverified call."""

    def write(tolerated: bool) -> str:
        path = tmp_path / "unverified.yml"
        path.write_text(PLAYBOOK.format(python=sys.executable, url=aws.url, tolerated=str(tolerated).lower()))
        return str(path)

    return write


@pytest.mark.unverified
def test_a_run_with_an_unverified_call_fails(site: Any, playbook: Any) -> None:
    assert "The local AWS does not implement sns:CreateTopic" in site("dev").play(playbook(False), expect=2).text


@pytest.mark.unverified
@pytest.mark.parametrize("on", [False, True])
def test_a_test_fails_if_its_run_tolerates_or_gets_an_unverified_answer(
    aws: Any, site: Any, playbook: Any, on: bool
) -> None:
    aws.control.unverified(on)
    try:
        with pytest.raises(AssertionError, match="sns:CreateTopic"), promised_calls_only():
            site("dev").play(playbook(True))
    finally:
        aws.control.unverified(False)

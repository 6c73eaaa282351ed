"""The overlays that send an environment to an emulator."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

OVERLAYS = Path(__file__).parents[2] / "inventories"


@pytest.mark.parametrize(
    ("name", "account"), [("local", "123456789012"), ("aws-emulator", "000000000000")], ids=["local", "aws-emulator"]
)
def test_an_overlay_has_no_hosts_and_leaves_nothing_to_the_shell(name: str, account: str) -> None:
    """Keys and endpoints of the shell must not reach an emulator, and the run must not reach AWS."""
    assert yaml.safe_load((OVERLAYS / name / "hosts.yml").read_text()) == {"all": {}}
    settings = yaml.safe_load((OVERLAYS / name / "group_vars/all.yml").read_text())
    assert set(settings) == {"expected_account_id", "mtk_aws_environment"}
    assert settings["expected_account_id"] == account
    wanted = {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    assert wanted < set(settings["mtk_aws_environment"])

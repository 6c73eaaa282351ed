"""The marker that names the rules that a test proves."""

from __future__ import annotations

import pytest


def keeps(*names: str) -> pytest.MarkDecorator:
    """Mark a test as the proof of rules named ``service.rule``: ``@keeps("ec2.ipam-one-per-region")``."""
    return pytest.mark.keeps(*names)

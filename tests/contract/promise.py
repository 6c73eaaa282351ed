"""Which test proves which promise."""

from __future__ import annotations

import pytest


def keeps(*names: str) -> pytest.MarkDecorator:
    """Says that a test proves rules, named as ``service.rule``: ``@keeps("ec2.ipam-one-per-region")``."""
    return pytest.mark.keeps(*names)

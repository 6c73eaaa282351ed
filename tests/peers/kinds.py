"""The row of the tables: a module of amazon.aws or community.aws, and how it manages one resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Info:
    """A module that reads the resource. ``key`` names the list or the value of its result that must not be empty."""

    module: str
    parameters: Parameters
    key: str


@dataclass(frozen=True)
class Kind:
    """A resource as ``module`` manages it.

    A text in the parameters may name what the resource needs, an attribute of ``Site``: ``{site.vpc}``. ``change`` and
    ``delete`` may also name values of the first apply's result: ``{made[vpc][id]}``. ``change`` replaces parameters;
    ``delete`` are all the parameters of the deletion, ``state: absent`` excepted.

    ``deviations`` maps a beat to a pattern of what the module does there instead, and to the module's own reason.
    """

    module: str
    case: str
    create: Parameters
    delete: Parameters
    change: Parameters = field(default_factory=dict)
    infos: tuple[Info, ...] = ()
    deviations: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    absent: Parameters = field(default_factory=lambda: {"state": "absent"})

    def __str__(self) -> str:
        return f"{self.module}: {self.case}" if self.case else self.module

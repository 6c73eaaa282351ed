"""Parameter Store of the local AWS: moto's handler with AWS's limits, for parameters of type String and StringList."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import Any

from ..core import serve


def _state(backend: Any) -> dict[str, Any]:
    """Return the state of moto's backend to save. The function that makes new tags, a local one, cannot be saved."""
    return {**backend.__dict__, "_resource_tags": defaultdict(partial(defaultdict, dict), backend._resource_tags)}


def _parts(parameters: Any) -> tuple[Any, ...]:
    """Return what makes moto's dictionary of parameters again: its class, the arguments, the state and the items."""
    arguments = (parameters.account_id, parameters.region_name)
    return type(parameters), arguments, dict(vars(parameters)), None, iter(parameters.items())


def register() -> None:
    """Replace moto's handler, and let its backend be saved."""
    from moto.ssm.models import ParameterDict, SimpleSystemManagerBackend

    from .responses import LocalParameters

    SimpleSystemManagerBackend.__getstate__ = _state
    ParameterDict.__reduce__ = _parts
    serve("ssm", LocalParameters)

"""Errors that real AWS was recorded to answer, to the letter.

Each service has a table of them in ``test_recorded_<service>.py``. A row holds facts only: the operation, the mistake,
and AWS's code, HTTP status and message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

Request = Mapping[str, Any]


@dataclass(frozen=True)
class Recorded:
    """An error of ``service:Operation``.

    ``request`` holds the parameters, or is a function that creates what the mistake needs through ``aws`` and returns
    them. ``message`` may name parameters of the request: ``The vpc ID '{VpcId}' does not exist``.
    """

    call: str
    mistake: str
    code: str
    status: int
    message: str
    request: Request | Callable[[Any], Request]

    def __str__(self) -> str:
        return f"{self.call}, {self.mistake}"


def check(aws: Any, row: Recorded) -> None:
    """Make the mistake, and compare the answer with the recorded one."""
    service, operation = row.call.split(":")
    given = row.request(aws) if callable(row.request) else row.request
    with pytest.raises(ClientError) as caught:
        getattr(aws.client(service), xform_name(operation))(**given)
    error, meta = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
    assert (error["Code"], meta["HTTPStatusCode"], error["Message"]) == (
        row.code,
        row.status,
        row.message.format(**given),
    )

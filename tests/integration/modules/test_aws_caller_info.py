"""aws_caller_info."""

from __future__ import annotations

import pytest

from .conftest import documentation, examples

NAME = "aws_caller_info"


@pytest.mark.parametrize("check", [False, True])
def test_example_returns_account_and_arn(aws, run, check):
    (example,) = examples(NAME)
    result = run(NAME, check=check, **(example or {}))
    assert aws.mutating() == [] and not result["changed"]
    documented = documentation(NAME)["RETURN"]
    assert {key: type(result[key]) for key in documented} == dict.fromkeys(documented, str)
    assert (result["account"], result["arn"]) == tuple(documented[key]["sample"] for key in ("account", "arn"))

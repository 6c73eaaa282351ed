"""ssm_parameter."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import ModuleFailed, examples

NAME = "ssm_parameter"
PARAMETER = {"name": "/mtk/prod/vpc_id", "value": "vpc-1", "tags": {"mtk:environment": "prod"}}


def stored(aws: Any) -> dict[str, str]:
    pages = aws.client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/", Recursive=True)
    return {each["Name"]: each["Value"] for page in pages for each in page["Parameters"]}


def test_example_in_four_beats_and_gone(aws, four_beats, gone):
    (example,) = examples(NAME)
    four_beats(NAME, **example)
    assert stored(aws) == {example["name"]: example["value"]}
    gone(NAME, **{key: example[key] for key in ("region", "name", "tags")})
    assert stored(aws) == {}


def test_a_new_value_and_new_tags(aws, run):
    run(NAME, **PARAMETER)
    changed = {**PARAMETER, "value": "vpc-2", "tags": {"mtk:environment": "prod", "a": "1"}}
    before = len(aws.mutating())
    planned = run(NAME, check=True, **changed)
    assert planned["changed"] and len(aws.mutating()) == before
    result = run(NAME, **changed)
    assert (result["parameter"]["value"], result["parameter"]["version"]) == ("vpc-2", 2)
    assert not run(NAME, **changed)["changed"]
    assert run(NAME, **PARAMETER)["parameter"]["tags"] == {"mtk:environment": "prod"}
    assert stored(aws) == {PARAMETER["name"]: "vpc-1"}


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("tags", [[], [{"Key": "mtk:environment", "Value": "qa"}]])
def test_a_parameter_of_others_is_neither_changed_nor_deleted(aws, run, state, tags):
    aws.client("ssm").put_parameter(Name=PARAMETER["name"], Value="theirs", Type="String", Tags=tags)
    with pytest.raises(ModuleFailed) as failed:
        run(NAME, **PARAMETER, state=state)
    assert PARAMETER["name"] in str(failed.value)
    assert stored(aws) == {PARAMETER["name"]: "theirs"}


def test_another_type_is_refused(aws, run):
    tags = [{"Key": "mtk:environment", "Value": "prod"}]
    aws.client("ssm").put_parameter(Name=PARAMETER["name"], Value="a,b", Type="StringList", Tags=tags)
    with pytest.raises(ModuleFailed, match="type from 'StringList' to 'String'"):
        run(NAME, **PARAMETER)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": "/mtk/pr od"}, "parts of letters"),
        ({"name": "/ssm/x"}, "parts of letters"),
        ({"value": "a" * 4097}, "1 to 4096 characters"),
        ({"value": ""}, "1 to 4096 characters"),
    ],
)
def test_values_that_aws_never_takes_are_refused_before_any_request(aws, run, wrong, message):
    before = len(aws.control.calls())
    with pytest.raises(ModuleFailed, match=message):
        run(NAME, **{**PARAMETER, **wrong})
    assert len(aws.control.calls()) == before

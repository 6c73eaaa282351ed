"""Parameter Store."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from promise import keeps

NAME = "/mtk/dev/vpc_id"


@pytest.fixture
def ssm(aws: Any) -> Any:
    return aws.client("ssm")


def refused(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**params)
    return str(error.value.response["Error"]["Code"])


def put(ssm: Any, name: str = NAME, value: str = "vpc-1", **more: Any) -> int:
    return int(ssm.put_parameter(Name=name, Value=value, **{"Type": "String", **more})["Version"])


def by_path(ssm: Any, path: str, **more: Any) -> list[str]:
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path, **more)
    return [each["Name"] for page in pages for each in page["Parameters"]]


def tags(ssm: Any) -> dict[str, str]:
    listed = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=NAME)["TagList"]
    return {each["Key"]: each["Value"] for each in listed}


@keeps("ssm.overwrite")
def test_a_parameter_is_overwritten_on_request_only(ssm: Any, aws: Any) -> None:
    assert put(ssm, Description="of the network", Tags=[{"Key": "a", "Value": "1"}]) == 1
    assert refused(ssm.put_parameter, Name=NAME, Value="vpc-2", Type="String") == "ParameterAlreadyExists"
    both = {"Overwrite": True, "Tags": [{"Key": "a", "Value": "2"}]}
    assert refused(ssm.put_parameter, Name=NAME, Value="vpc-2", **both) == "ValidationException"
    assert put(ssm, value="vpc-2", Overwrite=True) == 2
    found = ssm.get_parameter(Name=NAME, WithDecryption=True)["Parameter"]
    assert (found["Value"], found["Version"], found["Type"], found["DataType"]) == ("vpc-2", 2, "String", "text")
    assert found["ARN"] == f"arn:aws:ssm:us-east-1:123456789012:parameter{NAME}"
    assert ssm.describe_parameters()["Parameters"][0]["Description"] == "of the network"
    assert tags(ssm) == {"a": "1"}
    assert refused(aws.client("ssm", "us-west-2").get_parameter, Name=NAME) == "ParameterNotFound"


@keeps("ssm.type")
def test_the_type_of_a_parameter_never_changes(ssm: Any) -> None:
    assert refused(ssm.put_parameter, Name=NAME, Value="a") == "ValidationException"
    put(ssm)
    changed = {"Name": NAME, "Value": "a,b", "Type": "StringList", "Overwrite": True}
    assert refused(ssm.put_parameter, **changed) == "HierarchyTypeMismatchException"
    ssm.put_parameter(Name=NAME, Value="a", Overwrite=True)


@keeps("ssm.names")
@pytest.mark.parametrize("name", ["mtk/dev", "/mtk/de v", "/mtk//dev", "/mtk/", "ssm-name", "awsname", "/ssm/name"])
def test_names_that_aws_refuses(ssm: Any, name: str) -> None:
    assert refused(ssm.put_parameter, Name=name, Value="a", Type="String") == "ValidationException"


def test_a_hierarchy_has_15_levels(ssm: Any) -> None:
    put(ssm, "/l" * 15)
    too_deep = refused(ssm.put_parameter, Name="/l" * 16, Value="a", Type="String")
    assert too_deep == "HierarchyLevelLimitExceededException"


@keeps("ssm.sizes")
def test_the_size_of_a_value_follows_the_tier(ssm: Any) -> None:
    assert refused(ssm.put_parameter, Name=NAME, Value="a" * 4097, Type="String") == "ValidationException"
    put(ssm, value="a" * 4096, Tier="Standard")
    put(ssm, value="a" * 8192, Tier="Advanced", Overwrite=True)
    larger = {"Name": NAME, "Value": "a" * 8193, "Overwrite": True}
    assert refused(ssm.put_parameter, **larger) == "ValidationException"
    lower = {"Name": NAME, "Value": "a", "Overwrite": True, "Tier": "Standard"}
    assert refused(ssm.put_parameter, **lower) == "ValidationException"
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Value"] == "a" * 8192


@keeps("ssm.paths")
def test_parameters_below_a_path(ssm: Any) -> None:
    names = [f"/mtk/dev/p{number:02}" for number in range(11)]
    for name in (*names, "/mtk/dev/deep/er", "/mtk/develop/p", "/mtk"):
        put(ssm, name)
    assert by_path(ssm, "/mtk/dev") == by_path(ssm, "/mtk/dev/") == names
    assert by_path(ssm, "/mtk/dev", Recursive=True) == ["/mtk/dev/deep/er", *names]
    assert by_path(ssm, "/mtk/none") == []
    first = ssm.get_parameters_by_path(Path="/mtk/dev")
    assert len(first["Parameters"]) == 10 and first["NextToken"]
    rest = ssm.get_parameters_by_path(Path="/mtk/dev", NextToken=first["NextToken"], MaxResults=5)
    assert [each["Name"] for each in rest["Parameters"]] == names[10:] and "NextToken" not in rest
    assert refused(ssm.get_parameters_by_path, Path="mtk/dev") == "ValidationException"
    assert refused(ssm.get_parameters_by_path, Path="/mtk", MaxResults=11) == "ValidationException"


@keeps("ssm.listing")
def test_a_listing_has_no_values(ssm: Any) -> None:
    for name in (NAME, "/mtk/qa/vpc_id", "other"):
        put(ssm, name)

    def found(key: str, option: str, value: str) -> list[str]:
        filters = [{"Key": key, "Option": option, "Values": [value]}]
        return [each["Name"] for each in ssm.describe_parameters(ParameterFilters=filters)["Parameters"]]

    assert found("Name", "Equals", NAME) == [NAME]
    assert found("Name", "BeginsWith", "/mtk/q") == ["/mtk/qa/vpc_id"]
    assert found("Name", "Contains", "the") == ["other"]
    assert found("Path", "Recursive", "/mtk") == [NAME, "/mtk/qa/vpc_id"]
    page = ssm.describe_parameters(MaxResults=2)
    assert len(page["Parameters"]) == 2 and all("Value" not in each for each in page["Parameters"])
    last = ssm.describe_parameters(NextToken=page["NextToken"])
    assert [each["Name"] for each in last["Parameters"]] == ["other"] and "NextToken" not in last
    assert refused(ssm.describe_parameters, NextToken="x") == "InvalidNextToken"
    label = [{"Key": "Label", "Values": ["a"]}]
    assert refused(ssm.describe_parameters, ParameterFilters=label) == "UnknownOperationException"


@keeps("ssm.absent")
def test_parameters_that_do_not_exist(ssm: Any) -> None:
    put(ssm)
    for call in (ssm.get_parameter, ssm.delete_parameter):
        assert refused(call, Name="/none") == "ParameterNotFound"
    found = ssm.get_parameters(Names=[NAME, "/none"], WithDecryption=True)
    assert [each["Name"] for each in found["Parameters"]] == [NAME] and found["InvalidParameters"] == ["/none"]
    deleted = ssm.delete_parameters(Names=[NAME, "/none"])
    assert (deleted["DeletedParameters"], deleted["InvalidParameters"]) == ([NAME], ["/none"])
    put(ssm)
    ssm.delete_parameter(Name=NAME)
    assert ssm.describe_parameters()["Parameters"] == []


@keeps("ssm.tags")
def test_tags_of_a_parameter(ssm: Any) -> None:
    named = {"ResourceType": "Parameter", "ResourceId": NAME}
    assert refused(ssm.list_tags_for_resource, **named) == "InvalidResourceId"
    assert refused(ssm.add_tags_to_resource, **named, Tags=[{"Key": "a", "Value": "1"}]) == "InvalidResourceId"
    put(ssm)
    ssm.add_tags_to_resource(**named, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    ssm.remove_tags_from_resource(**named, TagKeys=["a", "none"])
    assert tags(ssm) == {"b": "2"}
    reserved = [{"Key": "aws:a", "Value": "1"}]
    assert refused(ssm.add_tags_to_resource, **named, Tags=reserved) == "ValidationException"
    fifty = [{"Key": str(number), "Value": "1"} for number in range(50)]
    assert refused(ssm.add_tags_to_resource, **named, Tags=fifty) == "TooManyTagsError"
    ssm.delete_parameter(Name=NAME)
    put(ssm)
    assert tags(ssm) == {}
    assert refused(ssm.put_parameter, Name="/b", Value="b", Type="String", Tags=reserved) == "ValidationException"


@keeps("ssm.secure-strings")
def test_secrets_are_refused(ssm: Any) -> None:
    for more in ({"Type": "SecureString"}, {"Type": "String", "Tier": "Intelligent-Tiering"}):
        assert refused(ssm.put_parameter, Name=NAME, Value="a", **more) == "UnknownOperationException"
    document = {"ResourceType": "Document", "ResourceId": "d"}
    assert refused(ssm.list_tags_for_resource, **document) == "UnknownOperationException"
    assert refused(ssm.get_parameter_history, Name=NAME) == "UnknownOperationException"


@keeps("ssm.tagging-api")
def test_the_tagging_api_lists_parameters_with_tags(ssm: Any, aws: Any) -> None:
    put(ssm, Tags=[{"Key": "a", "Value": "1"}])
    put(ssm, "/mtk/dev/other")
    (listed,) = aws.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    assert listed["ResourceARN"] == f"arn:aws:ssm:us-east-1:123456789012:parameter{NAME}"
    assert listed["Tags"] == [{"Key": "a", "Value": "1"}]


def test_a_policy_names_parameters_by_their_path(aws: Any) -> None:
    from emulator.access.resources import Call, resources_of

    call = Call("ssm", "GetParameter", "us-east-1", "123456789012", {"Name": NAME})
    assert resources_of(call) == [f"arn:aws:ssm:us-east-1:123456789012:parameter{NAME}"]


def test_parameters_and_their_tags_are_saved(ssm: Any, aws: Any) -> None:
    put(ssm, Tags=[{"Key": "a", "Value": "1"}])
    aws.control.save("parameters")
    ssm.delete_parameter(Name=NAME)
    aws.control.load("parameters")
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Value"] == "vpc-1" and tags(ssm) == {"a": "1"}
    put(ssm, f"{NAME}2", Tags=[{"Key": "b", "Value": "2"}])
    assert by_path(ssm, NAME.rpartition("/")[0]) == [NAME, f"{NAME}2"]

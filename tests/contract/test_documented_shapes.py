"""The comparison of answers with botocore's documented examples. The run of all contract tests makes it at its end."""

from __future__ import annotations

from emulator.promises import services
from shapes import documented, fields, listed, outermost, output_shape


def test_fields_are_paths_through_lists_and_maps():
    vpc = {"Vpcs": [{"VpcId": "vpc-1", "Tags": []}, {"IsDefault": True}], "Unknown": 1}
    found = set(fields(output_shape("ec2", "DescribeVpcs"), vpc))
    assert found == {"Vpcs", "Vpcs[].VpcId", "Vpcs[].Tags", "Vpcs[].IsDefault"}
    items = {"Responses": {"orders": [{"id": {"S": "1"}}]}}
    assert set(fields(output_shape("dynamodb", "BatchGetItem"), items)) == {"Responses"}


def test_examples_are_known_for_the_large_services():
    assert all(len(documented(service)) > 20 for service in ("ec2", "rds", "kms", "iam"))
    assert "KeyMetadata.KeyId" in documented("kms")["CreateKey"]


def test_a_missing_field_hides_the_fields_in_it():
    assert outermost({"A", "A.B", "A[].C", "AB"}) == {"A", "AB"}


def test_every_listed_field_is_documented_for_a_promised_operation():
    for entry in listed():
        name, field = entry.split(" ")
        service, operation = name.split(":")
        assert operation in services()[service].operations, entry
        assert field in documented(service)[operation], entry

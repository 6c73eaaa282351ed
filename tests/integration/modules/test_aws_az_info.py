"""aws_az_info."""

from __future__ import annotations

import pytest

from .conftest import documentation, examples

NAME = "aws_az_info"


@pytest.mark.parametrize("check", [False, True])
def test_example_lists_the_zones_by_name(aws, run, check):
    (example,) = examples(NAME)
    result = run(NAME, check=check, **example)
    assert aws.mutating() == [] and not result["changed"]
    names = [zone["zone_name"] for zone in result["availability_zones"]]
    assert names == sorted(names) and all(name.startswith("us-east-1") for name in names)
    (sample,) = documentation(NAME)["RETURN"]["availability_zones"]["sample"]
    assert sample.keys() <= result["availability_zones"][0].keys()


def test_another_region_has_its_own_zones(run):
    zones = run(NAME, region="eu-west-1")["availability_zones"]
    assert zones and {zone["region_name"] for zone in zones} == {"eu-west-1"}

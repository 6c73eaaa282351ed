"""The names of resources and their rules."""

from __future__ import annotations

import itertools
import re

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._names import (
    RULES,
    canonical_name,
    excess,
    named_tags,
    names,
    resource_name,
)
from hypothesis import given
from hypothesis import strategies as st

ENVIRONMENTS = ("dev", "qa", "prod")
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")


def test_examples_of_names():
    assert (
        canonical_name("aurora_instance", "prod", "us-east-1", "us-east-1a")
        == "prod_us-east-1_us-east-1a_aurora_instance"
    )
    assert (
        resource_name("aurora_instance", "prod", "us-east-1", "us-east-1a")
        == "prod-us-east-1-us-east-1a-aurora-instance"
    )
    assert resource_name("user_locations", "prod", "us-east-1") == "prod_user_locations"  # the same name in all regions
    assert resource_name("aurora_key", "prod", "us-east-1") == "alias/prod_us-east-1_aurora_key"


def test_names_of_a_region_cover_all_types():
    found = names("prod", "us-east-1", ["us-east-1a", "us-east-1b"])
    assert set(found) == set(RULES)
    assert found["aurora_cluster"] == resource_name("aurora_cluster", "prod", "us-east-1")
    assert list(found["aurora_instance"]) == ["us-east-1a", "us-east-1b"]
    assert found["aurora_instance"]["us-east-1b"] == resource_name("aurora_instance", "prod", "us-east-1", "us-east-1b")


def test_tags_of_a_region_cover_all_types():
    found = named_tags({"mtk:stack": "mtk-backend"}, "prod", "us-east-1", ["us-east-1a", "us-east-1b"])
    assert set(found) == set(RULES)
    assert found["aurora_cluster"] == {"mtk:stack": "mtk-backend", "Name": "prod_us-east-1_aurora_cluster"}
    assert found["private_subnet"]["us-east-1b"] == {
        "mtk:stack": "mtk-backend",
        "mtk:tier": "private",
        "Name": "prod_us-east-1_us-east-1b_private_subnet",
    }
    tiers = {type for type, tags in found.items() if "mtk:tier" in str(tags)}
    assert tiers == {"public_subnet", "private_subnet", "database_subnet"}


@pytest.mark.parametrize("name", [canonical_name, resource_name])
def test_names_are_unique_over_environments_regions_zones_and_types(name):
    seen: dict[str, tuple[str, ...]] = {}
    for type, environment, region in itertools.product(RULES, ENVIRONMENTS, REGIONS):
        for zone in (f"{region}{letter}" for letter in "abc"):
            parts = {"environment": environment, "region": region, "zone": zone}
            identity = (type, *(parts[p] for p in RULES[type].parts))
            assert seen.setdefault(name(type, environment, region, zone), identity) == identity


@given(
    type=st.sampled_from(sorted(t for t, rule in RULES.items() if rule.separator == "-")),
    environment=st.from_regex(r"[a-z][a-z0-9]{0,20}", fullmatch=True),
    region=st.sampled_from(REGIONS),
)
def test_identifiers_are_valid_in_rds(type, environment, region):
    name = resource_name(type, environment, region, f"{region}a")
    assert len(name) <= 63 and excess(environment, region) is None
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)


def test_a_name_that_is_too_long_is_refused():
    longest = "e" * (63 - len("-us-east-1-aurora-instance-parameter-group"))
    assert excess(longest, "us-east-1") is None
    assert len(resource_name("aurora_instance_parameter_group", longest, "us-east-1")) == 63
    name = f"{longest}e-us-east-1-aurora-instance-parameter-group"
    assert excess(f"{longest}e", "us-east-1") == (name, 64, 63)
    with pytest.raises(ValueError, match=f"the name {name} has 64 characters, and AWS allows 63 .* Choose a shorter"):
        resource_name("aurora_instance_parameter_group", f"{longest}e", "us-east-1")


def test_an_environment_has_names_in_all_regions_or_is_reported():
    for region, environment in itertools.product(REGIONS, ("e", "e" * 21, "e" * 22, "e" * 60)):
        if excess(environment, region):
            with pytest.raises(ValueError, match="Choose a shorter name for the environment"):
                names(environment, region, [f"{region}a"])
        else:
            assert set(names(environment, region, [f"{region}a"])) == set(RULES)


def test_unknown_type_and_missing_part_are_reported():
    with pytest.raises(ValueError, match="no naming rule for 'aurora_clutser'; known types: .*aurora_cluster"):
        resource_name("aurora_clutser", "dev", "us-east-1")
    with pytest.raises(ValueError, match="the name of a vpc needs region"):
        canonical_name("vpc", "dev")

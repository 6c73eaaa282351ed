"""The check of settings: wrong values with their messages, the edges of all ranges, and all forms of right values."""

from __future__ import annotations

from collections import Counter

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _settings_run
from ansible_collections.mtk.backend.plugins.module_utils.domain._setting import Setting
from ansible_collections.mtk.backend.plugins.module_utils.domain._settings_run import RUN
from ansible_collections.mtk.backend.plugins.plugin_utils.settings import CONSTANTS, ROLES, message
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from wrong_inputs import ROWS, faults, values

EVERY = [setting for role in (RUN, *ROLES.values()) for setting in role.settings]
RANGES = [each for each in EVERY if each.minimum is not None or each.maximum is not None]
CHOICES = [each for each in EVERY if each.choices]
# What other settings have to be for an edge of a range to be accepted.
NEEDED = {
    "ipam_vpc_vpc_netmask_length": {"ipam_vpc_environment_prefix": 16},
    "ipam_vpc_region_prefix": {"ipam_vpc_environment_prefix": 23, "ipam_vpc_vpc_netmask_length": 23},
    "ipam_vpc_environment_prefix": {"ipam_vpc_region_prefix": 8, "ipam_vpc_vpc_netmask_length": 23},
    "aurora_serverless_v2_min_capacity": {"aurora_serverless_v2_max_capacity": 256},
    "aurora_instance_count": {"aurora_accept_single_instance": True},
    "dynamodb_global_read_min_capacity": {"dynamodb_global_read_max_capacity": 10**9},
    "dynamodb_global_write_min_capacity": {"dynamodb_global_write_max_capacity": 10**9},
    "dynamodb_global_read_max_capacity": {"dynamodb_global_read_min_capacity": 1},
    "dynamodb_global_write_max_capacity": {"dynamodb_global_write_min_capacity": 1},
    "ipam_vpc_ipam_tier": {"ipam_vpc_ipam_manage": False},
}
# A region whose block is the smallest has room for one environment; a block of /8 for one region.
FEW = {"ipam_vpc_region_slots": {"us-east-1": 0}, "ipam_vpc_environment_slots": {"dev": 0}}


AS_GIVEN = object()


def name_of(item: object) -> str:
    return getattr(item, "name", str(item))


def texts(variables, **options):
    return [str(fault) for fault in faults(variables, **options)]


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_a_wrong_input_has_one_message_with_value_rule_and_remedy(row):
    (text,) = texts(row.set)
    assert row.says_in(text)
    assert text.endswith((".", "?")) and "\n" not in text
    assert not row.never or row.never not in text


def test_every_setting_has_a_wrong_input():
    given = {name for row in ROWS for name in row.set}
    assert len(ROWS) > 300
    assert not {setting.name for setting in EVERY} - given, "add a row to tests/data/wrong_inputs"


def test_no_two_rows_are_the_same():
    assert not [text for text, count in Counter(str(row.set) for row in ROWS).items() if count > 1]


@pytest.mark.parametrize("row", [row for row in ROWS if row.host], ids=name_of)
def test_the_rules_of_one_region_do_not_hold_in_others(row):
    assert not [text for text in texts(row.set, host="us-west-2", owner=False) if row.says_in(text)]


def edges(setting: Setting) -> list[float]:
    return [limit for limit in (setting.minimum, setting.maximum) if limit is not None]


@pytest.mark.parametrize("setting", RANGES, ids=name_of)
def test_the_edges_of_a_range_are_accepted_and_what_is_beyond_is_refused(setting):
    step = setting.step or (1 if setting.type == "int" else 0.1)
    for edge in edges(setting):
        assert not texts({**FEW, **NEEDED.get(setting.name, {}), setting.name: edge})
        assert not texts({**FEW, **NEEDED.get(setting.name, {}), setting.name: f"{edge:g}" if edge < 1e6 else edge})
        beyond = edge - step if edge == setting.minimum else edge + step
        (text,) = texts({**FEW, **NEEDED.get(setting.name, {}), setting.name: beyond})
        assert text.startswith(f"{setting.name} is {beyond:g}; {setting.by} ")
        assert f"{edge:g}" in text
        if setting.step:
            assert "in steps of" in texts({setting.name: (setting.minimum or 0) + step / 2})[0]


@pytest.mark.parametrize(("setting", "choice"), [(s, choice) for s in CHOICES for choice in s.choices], ids=name_of)
def test_every_choice_is_accepted_also_as_text(setting, choice):
    for form in (choice, str(choice)):
        variables = {**NEEDED.get(setting.name, {}), setting.name: form}
        assert not texts(variables)
        assert values(variables)[setting.name] == choice


@pytest.mark.parametrize("setting", CHOICES, ids=name_of)
def test_other_values_than_the_choices_are_refused(setting):
    other = max(setting.choices) + 1 if setting.type == "int" else f"{setting.choices[0]}x"
    (text,) = texts({setting.name: other})
    assert all(str(choice) in text for choice in setting.choices)


def test_ranges_and_choices_are_those_of_aws():
    by_name = {setting.name: setting for setting in EVERY}
    assert len(RANGES) >= 25 and len(CHOICES) >= 12
    assert edges(by_name["aurora_backup_retention_period"]) == [1, 35]
    assert edges(by_name["aurora_port"]) == [1150, 65535]
    assert edges(by_name["aurora_serverless_v2_min_capacity"]) == [0, 256]
    assert edges(by_name["aurora_serverless_v2_max_capacity"]) == [1, 256]
    assert edges(by_name["aurora_key_deletion_window"]) == [7, 30]
    assert edges(by_name["ipam_vpc_vpc_netmask_length"]) == [16, 23]
    assert edges(by_name["dynamodb_global_point_in_time_recovery_days"]) == [1, 35]
    assert edges(by_name["dynamodb_global_read_target_value"]) == [10, 90]
    assert by_name["aurora_monitoring_interval"].choices == (0, 1, 5, 10, 15, 30, 60)
    assert {7, 731, 31, 465, 713} < set(by_name["aurora_performance_insights_retention_period"].choices)
    assert {0, 1, 30, 365, 3653} < set(by_name["aurora_log_retention_in_days"].choices)


@pytest.mark.parametrize("setting", EVERY, ids=name_of)
def test_a_default_is_right_and_keeps_its_value(setting):
    if setting.name in CONSTANTS:
        assert not texts({setting.name: setting.default})
        assert values({setting.name: setting.default})[setting.name] == setting.default


WRONG = {
    "int": ["", "x", "1.5", 1.5, True, [], {}, None, "1e3", float("nan"), float("inf"), "9" * 5000],
    "float": ["", "x", "1,5", True, [], {}, None, float("nan"), float("-inf")],
    "bool": ["", "x", 2, -1, 1.5, [], {}, None],
    "str": [True, 1.5, [], {}, None],
    "dict": ["x", "{", 1, [], [{}], None, True],
    "list of str": [1, True, {}, [1], [None], [["a"]], "[a, b]", None],
    "list of dict": ["x", "[1]", 1, {}, ["a"], [None], None],
}


@pytest.mark.parametrize("setting", EVERY, ids=name_of)
def test_values_of_another_type_are_refused(setting):
    for wrong in WRONG[setting.type]:
        (text,) = [text for text in texts({setting.name: wrong}) if text.startswith(f"{setting.name} is ")]
        assert "it must be " in text or "YAML has read it as " in text
        assert len(text) < 400


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(
            st.text(max_size=5)
            | st.integers()
            | st.dates()
            | st.sampled_from(
                ["cidr", "index_name", "read", "ip_protocol", "from_port", "cidr_ipv4", "us-east-1", "dev"]
            ),
            each,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@hypothesis_settings(deadline=None, max_examples=300)
@given(setting=st.sampled_from(EVERY), value=ANYTHING)
def test_no_value_ends_the_check_with_a_crash(setting, value):
    for text in texts({setting.name: value}):
        assert "\n" not in text and len(text) < 1000


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"aurora_global": "yes", "aurora_deletion_protection": "False"}, (True, False)),
        ({"aurora_global": "true", "aurora_deletion_protection": "no"}, (True, False)),
        ({"aurora_global": "On", "aurora_deletion_protection": "off"}, (True, False)),
        ({"aurora_global": 1, "aurora_deletion_protection": 0}, (True, False)),
        ({"aurora_global": " y ", "aurora_deletion_protection": "n"}, (True, False)),
        ({"aurora_global": True, "aurora_deletion_protection": False}, (True, False)),
    ],
)
def test_every_form_of_a_boolean(given, expected):
    found = values(given)
    assert not texts(given)
    assert (found["aurora_global"], found["aurora_deletion_protection"]) == expected


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("ipam_vpc_zone_count", "3", 3),
        ("ipam_vpc_zone_count", " 3 ", 3),
        ("ipam_vpc_zone_count", 3.0, 3),
        ("dynamodb_global_max_read_request_units", "-1", -1),
        ("aurora_serverless_v2_min_capacity", "0.5", 0.5),
        ("aurora_serverless_v2_min_capacity", "2", 2),
        ("aurora_serverless_v2_min_capacity", 2.0, 2),
        ("aurora_engine_version", 16, "16"),
        ("aurora_engine_version", "16.10", "16.10"),
        ("expected_account_id", 123456789012, "123456789012"),
        ("expected_account_id", "012345678901", "012345678901"),
        ("dynamodb_global_replica_regions", "us-west-2", ["us-west-2"]),
        ("dynamodb_global_replica_regions", "us-west-2,eu-west-1", ["us-west-2", "eu-west-1"]),
        ("dynamodb_global_replica_regions", "us-west-2, eu-west-1,", ["us-west-2", "eu-west-1"]),
        ("dynamodb_global_replica_regions", "us-west-2\neu-west-1\n", ["us-west-2", "eu-west-1"]),
        ("dynamodb_global_replica_regions", '["us-west-2", "eu-west-1"]', ["us-west-2", "eu-west-1"]),
        ("dynamodb_global_replica_regions", "", []),
        ("dynamodb_global_replica_regions", "[]", []),
        ("dynamodb_global_replica_regions", "eusc-de-east-1,us-gov-west-1", ["eusc-de-east-1", "us-gov-west-1"]),
        ("drift_fail_on", "ours,gone", ["ours", "gone"]),
        ("mtk_tags", '{"Owner": "me"}', {"Owner": "me"}),
        ("mtk_tags", {"Owner": "Zoë Müller", "Straße 1/2": "a.b:c+d=e@f-g_h"}, AS_GIVEN),
        ("mtk_tags", {"empty": ""}, {"empty": ""}),
        ("mtk_tags", {"k" * 128: "v" * 256}, {"k" * 128: "v" * 256}),
        ("mtk_tags", {"Names": "x", "mtk": "y"}, {"Names": "x", "mtk": "y"}),
        ("ipam_vpc_reserved_cidrs", '[{"cidr": "10.240.0.0/16"}]', [{"cidr": "10.240.0.0/16"}]),
        ("aurora_parameters", {"work_mem": 4096, "log_statement": "ddl", "a.b": "x"}, AS_GIVEN),
        ("aurora_parameters", {"rds.force_ssl": "1"}, {"rds.force_ssl": "1"}),
        ("aurora_preferred_backup_window", "23:45-00:15", "23:45-00:15"),
        ("aurora_preferred_maintenance_window", "Sat:23:30-SUN:00:30", "sat:23:30-sun:00:30"),
        ("aurora_preferred_maintenance_window", "sun:05:00-mon:02:30", "sun:05:00-mon:02:30"),
        ("aurora_database_name", "mtk", "mtk"),
        ("aurora_instance_class", "db.r7g.large", "db.r7g.large"),
        ("dynamodb_global_time_to_live_attribute", "", ""),
        ("dynamodb_global_time_to_live_attribute", "x" * 255, "x" * 255),
        ("ipam_vpc_vpc_cidr", "10.0.0.0/16", "10.0.0.0/16"),
        ("ipam_vpc_vpc_cidr", "10.0.0.0/23", "10.0.0.0/23"),
        ("ipam_vpc_ipam_name", "ipam of MTK", "ipam of MTK"),
    ],
)
def test_right_forms_of_surveys_and_extra_variables(name, given, expected):
    assert not texts({name: given})
    assert values({name: given})[name] == (given if expected is AS_GIVEN else expected)


@pytest.mark.parametrize(
    "rule",
    [
        {"ip_protocol": "TCP", "from_port": 443, "to_port": 443, "cidr_ipv4": "0.0.0.0/0"},
        {"ip_protocol": "udp", "from_port": "0", "to_port": "65535", "cidr_ipv6": "::/0"},
        {"ip_protocol": "-1", "referenced_group_name": "other"},
        {"ip_protocol": -1, "referenced_group_id": "sg-0123456789abcdef0"},
        {"ip_protocol": "all", "prefix_list_id": "pl-63a5400a"},
        {"ip_protocol": "icmp", "from_port": 8, "to_port": -1, "cidr_ipv4": "10.0.0.0/8"},
        {"ip_protocol": "icmp", "cidr_ipv4": "10.0.0.0/8"},
        {"ip_protocol": "50", "cidr_ipv4": "10.0.0.0/8", "description": "IPsec: a/b (c) #1, d@e [f] g+h=i&j;k {l}!$*"},
    ],
)
def test_right_egress_rules(rule):
    assert not texts({"ipam_vpc_application_egress_rules": [rule]})


def test_templates_may_use_defaults_and_other_settings():
    given = {"aurora_port": "{{ ipam_vpc_database_port }}", "aurora_instance_count": "{{ [2, 3] | max }}"}
    assert not texts(given)
    assert [values(given)[name] for name in given] == [5432, 3]


def test_a_value_that_is_omitted_is_the_default():
    given = {"aurora_port": "{{ my_port | default(omit) }}", "mtk_tags": "{{ my_tags | default(omit) }}"}
    found = values({**given, "omit": _omit()})
    assert (found["aurora_port"], found["aurora_tags"]) == (5432, {})


def _omit():
    from ansible._internal._templating._utils import Omit

    return Omit


def test_a_resource_may_have_50_tags():
    given = {f"tag-{number}": "x" for number in range(45)}
    assert not texts({"mtk_tags": given})
    (text,) = texts({"mtk_tags": {**given, "one-more": "x"}})
    assert "the number of tags in mtk_tags is 46" in text and "AWS allows 50 tags" in text and "Remove tags" in text
    (text,) = texts({"mtk_tags": {"Owner": "v" * 257}})
    assert "mtk_tags.Owner is 'vvv" in text and "up to 256 for its value" in text and "Shorten it." in text


def test_a_missing_environment_is_reported_once():
    (text,) = texts({"mtk_environment": "{{ omit }}", "omit": _omit()})
    assert text == "mtk_environment is not set. Set it in group_vars/all/environment.yml of the inventory."


def test_a_role_may_have_its_own_environment_without_one_of_the_run():
    variables = {"mtk_environment": "{{ omit }}", "omit": _omit(), "aurora_environment": "demo"}
    assert not faults(variables, roles=["aurora"])
    assert values(variables)["aurora_environment"] == "demo"


def test_rules_wait_for_right_values():
    (text,) = texts({"aurora_serverless_v2_min_capacity": 8, "aurora_serverless_v2_max_capacity": "four"})
    assert "aurora_serverless_v2_max_capacity is 'four'" in text


def test_a_message_counts_the_faults_and_lists_each_once():
    found = faults({"aurora_port": 80, "ipam_vpc_database_port": 80})
    lines = message([*found, *found], "Nothing was changed.").splitlines()
    assert lines[0] == "2 wrong settings. Nothing was changed."
    assert len(lines) == 3 and all(line.startswith("  ") for line in lines[1:])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("ec2_vpc", "adopt is 'ec2_vpc'; it must have the form <resource>:<name>"),
        ("ec2_vpc:", "it must have the form <resource>:<name>"),
        ("vpc:x", "there is no resource vpc. Did you mean ec2_vpc?"),
        ("ec2_vcp:x", "there is no resource ec2_vcp. Did you mean ec2_vpc?"),
        ("ec2_vpc:x, iam_role", "adopt is 'iam_role'"),
        ("", "it must name resources as <resource>:<name>"),
        (None, "it must name resources as <resource>:<name>"),
        ({"ec2_vpc": "x"}, "it must name resources as <resource>:<name>"),
    ],
)
def test_a_consent_names_resources_as_the_plan_does(value, words):
    (fault,) = _settings_run.consent_faults("adopt", value, ("ec2_vpc", "iam_role"))
    assert words in str(fault)


def test_consents_are_a_list_or_a_text_with_commas():
    assert _settings_run.consents("ec2_vpc:x, iam_role:y ,") == ["ec2_vpc:x", "iam_role:y"]
    assert _settings_run.consents(["cidr:pool 10.0.0.0/8"]) == ["cidr:pool 10.0.0.0/8"]
    for right in ("ec2_vpc:x", ["ec2_vpc:x", "iam_role:arn:aws:y"]):
        assert not list(_settings_run.consent_faults("adopt", right, ("ec2_vpc", "iam_role")))

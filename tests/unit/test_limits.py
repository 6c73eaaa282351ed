"""The limits of options: pure checks, and their agreement with botocore's service models."""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import Any

import botocore.session
import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain import _aurora_limits, _ec2_limits
from ansible_collections.mtk.backend.plugins.module_utils.domain._limits import (
    TagRules,
    between,
    block,
    canonical_block,
    count,
    distinct,
    document,
    each,
    every,
    fields,
    one_of,
    reference_faults,
    shown,
    tag_faults,
    text,
    up_to,
)
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import UNKNOWN
from ansible_collections.mtk.backend.plugins.module_utils.engine._reconcile import reconcile
from ansible_collections.mtk.backend.plugins.module_utils.engine._resource import Resource

# Options whose limits the service model states: module, class, option, service, operation, member, first characters.
MODEL = [
    ("logs_log_group", "LogGroup", "log_group_name", "logs", "CreateLogGroup", "logGroupName", ""),
    ("kms_key", "Key", "alias", "kms", "CreateAlias", "AliasName", "alias/"),
    ("kms_key", "Key", "description", "kms", "CreateKey", "Description", ""),
    ("kms_key", "Key", "rotation_period_in_days", "kms", "EnableKeyRotation", "RotationPeriodInDays", ""),
    ("iam_role", "Role", "role_name", "iam", "CreateRole", "RoleName", ""),
    ("iam_role", "Role", "description", "iam", "CreateRole", "Description", ""),
    ("iam_role", "Role", "max_session_duration", "iam", "CreateRole", "MaxSessionDuration", ""),
    ("iam_managed_policy", "Policy", "policy_name", "iam", "CreatePolicy", "PolicyName", ""),
    ("iam_managed_policy", "Policy", "description", "iam", "CreatePolicy", "Description", ""),
    ("secretsmanager_secret", "Secret", "secret_name", "secretsmanager", "CreateSecret", "Name", ""),
    ("secretsmanager_secret", "Secret", "description", "secretsmanager", "CreateSecret", "Description", ""),
]
IDS = [f"{module}.{option}" for module, _, option, *_ in MODEL]


@cache
def shape(service: str, operation: str, member: str) -> Any:
    model = botocore.session.get_session().get_service_model(service)
    return model.operation_model(operation).input_shape.members[member]


def limits(module: str, resource: str) -> Any:
    return getattr(
        importlib.import_module(f"ansible_collections.mtk.backend.plugins.modules.{module}"), resource
    ).limits


def faults(check: Any, value: Any) -> list[str]:
    return list(check("x", value))


@pytest.mark.parametrize(("module", "resource", "option", "service", "operation", "member", "before"), MODEL, ids=IDS)
def test_range_is_that_of_the_model(module, resource, option, service, operation, member, before):
    known, check = shape(service, operation, member), limits(module, resource)[option]

    def value(size: int) -> Any:
        return size if known.type_name == "integer" else before + "a" * (size - len(before))

    low, high = max(known.metadata.get("min", 0), len(before) + 1 if before else 0), known.metadata["max"]
    assert not faults(check, value(low)) and not faults(check, value(high))
    assert faults(check, value(high + 1))
    assert low == 0 or faults(check, value(low - 1))


@pytest.mark.parametrize(("module", "resource", "option", "service", "operation", "member", "before"), MODEL, ids=IDS)
def test_characters_are_those_of_the_model(module, resource, option, service, operation, member, before):
    pattern = shape(service, operation, member).metadata.get("pattern")
    if not pattern:
        return
    check = limits(module, resource)[option]
    for letter in map(chr, range(0x180)):
        allowed = re.fullmatch(pattern, f"{before}a{letter}", re.ASCII) is not None
        assert bool(faults(check, f"{before}a{letter}")) != allowed, repr(letter)


@pytest.mark.parametrize(("module", "resource", "operation"), [("iam_role", "Role", "CreateRole")])
def test_path_is_that_of_the_model(module, resource, operation):
    pattern, check = shape("iam", operation, "Path").metadata["pattern"], limits(module, resource)["path"]
    for path in ("/", "//", "/a/", "/a b/", "a/", "/a", "", "/!~/", "/é/", "/a/b/"):
        assert bool(faults(check, path)) != bool(re.fullmatch(pattern, path)), path
    assert not faults(check, f"/{'a' * 510}/") and faults(check, f"/{'a' * 511}/")


@pytest.mark.parametrize("path", ["/", "//", "/a/", "/a b/", "a/", "/a", "", "/a.,+@=_-/", "/!/", "/a/b/"])
def test_path_of_a_policy_is_that_of_the_model(path):
    pattern = shape("iam", "CreatePolicy", "Path").metadata["pattern"]
    assert bool(faults(limits("iam_managed_policy", "Policy")["path"], path)) != bool(re.fullmatch(pattern, path))


def test_retention_is_that_of_the_documentation():
    documented = re.search(
        r"Possible values are: ([\d, and]+)", shape("logs", "PutRetentionPolicy", "retentionInDays").documentation
    )
    days = [int(number) for number in re.findall(r"\d+", documented[1])]
    check = limits("logs_log_group", "LogGroup")["retention_in_days"]
    assert [day for day in range(-1, 4000) if not faults(check, day)] == [0, *days]


def test_description_of_a_role_ends_where_the_model_says():
    check = limits("iam_role", "Role")["description"]
    assert not faults(check, "") and faults(check, "\x7f") and faults(check, "\u0100")


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (between(1, 35, "days"), [1, 35], [0, 36]),
        (between(0.5, 1), [0.5, 1.0], [0.4]),
        (one_of(1, 3), [1, 3], [2]),
        (text("a+", "a"), ["a", "aa"], ["", "b", "a\n"]),
        (up_to(2), ["", "ab"], ["abc"]),
        (up_to(2, 1), ["a", "ab"], ["", "abc"]),
        (block(16, 28), ["10.0.0.0/16", "10.1.2.3/28"], ["10.0.0.0/15", "10.0.0.0/29", "::/16", "x", "10.0.0.0", ""]),
        (block(0, 128, 6), ["::/0", "2001:db8::1/128"], ["0.0.0.0/0"]),
        (count(2), [[], [1, 2]], [[1, 2, 3]]),
        (distinct, [[], [1, 2], [UNKNOWN, UNKNOWN]], [[1, 2, 1]]),
        (each(between(0, 1)), [[], [0, 1]], [[0, 2]]),
        (fields(a=between(0, 1)), [{}, {"a": 1}, {"a": None, "b": 9}], [{"a": 2}]),
        (every(between(0, 5), one_of(1, 9)), [1], [2, 9, 6]),
        (document(30), ['{"Statement": []}', {"Statement": [1, 2]}], ["[]", "{}", "x", {"Statement": ["x" * 30]}]),
        (_aurora_limits.name(3), ["a", "a-b", "A1"], ["", "1", "a-", "a--", "a_b", "abcd"]),
    ],
)  # fmt: skip
def test_check(check, good, bad):
    for value in (*good, None):
        assert not faults(check, value), value
    for value in bad:
        assert len(faults(check, value)) >= 1, value


@pytest.mark.parametrize("check", [between(0, 1), one_of(1), text("a", "a"), up_to(1), block(), document(1)])
def test_unknown_value_breaks_no_rule(check):
    assert not faults(check, UNKNOWN) and not faults(check, f"arn:{UNKNOWN}:x")


def test_message_names_option_value_rule_and_remedy():
    assert faults(between(90, 2560, "days"), 30) == ["x is 30; AWS takes 90 to 2560 days. Give a number in this range."]
    assert list(each(fields(port=one_of(1, 3)))("rules", [{"port": 2}])) == [
        "rules[0].port is 2; AWS takes 1, 3. Use one of these."
    ]


def test_long_values_are_cut():
    assert shown("a" * 61) == f"'{'a' * 60}...' (61 characters)"
    assert len(faults(up_to(10), "a" * 5000)[0]) < 200


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("10.78.1.5/16", "10.78.0.0/16"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("2001:db8::1/32", "2001:db8::/32"),
        (UNKNOWN, UNKNOWN),
        ("x/8", "x/8"),
        (None, None),
    ],
)
def test_block_as_aws_writes_it(given, written):
    assert canonical_block(given) == written


@pytest.mark.parametrize(
    ("window", "start", "length"),
    [
        ("00:00-00:30", 0, 30),
        ("23:59-00:00", 1439, 1),
        ("sun:23:30-mon:00:30", 6 * 1440 + 1410, 60),
        ("MON:00:00-mon:00:30", 0, 30),
    ],
)
def test_window_has_a_start_and_a_length(window, start, length):
    assert _aurora_limits.span(window) == (start, length)


@pytest.mark.parametrize(
    "window", ["", "3:00-4:00", "24:00-00:30", "03:60-04:00", "mon:03:00-04:00", "mo:03:00-mo:04:00"]
)
def test_other_texts_are_no_windows(window):
    assert _aurora_limits.span(window) is None


@pytest.mark.parametrize(
    ("backup", "maintenance", "overlaps"),
    [
        ("03:00-04:00", "sun:04:00-sun:05:00", False),
        ("03:00-04:00", "sun:02:00-sun:03:00", False),
        ("03:00-04:00", "sun:03:30-sun:04:30", True),
        ("03:00-04:00", "sun:02:00-sun:05:00", True),
        ("23:30-00:30", "mon:00:00-mon:01:00", True),
        ("23:30-00:30", "sun:23:00-sun:23:31", True),
        ("00:00-00:30", "sun:23:30-mon:00:00", False),
        ("00:00-00:30", "sun:23:30-mon:00:01", True),
    ],
)
def test_windows_overlap(backup, maintenance, overlaps):
    assert _aurora_limits.overlap(backup, maintenance) is overlaps


def test_rules_of_postgresql_do_not_hold_for_other_engines():
    given = {"master_username": "admin", "engine_version": "8.0.mysql_aurora.3.04.0"}
    assert len(list(_aurora_limits.cluster_faults({**given, "engine": "aurora-postgresql"}))) == 2
    assert not list(_aurora_limits.cluster_faults({**given, "engine": "aurora-mysql"}))


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ({"min": 16, "default": 16, "max": 16}, 0),
        ({"min": 16, "default": 0, "max": 28}, 0),
        ({"min": 17, "max": 16}, 1),
        ({"default": 15, "min": 16}, 1),
        ({"default": 29, "max": 28}, 1),
        ({"max": 16}, 0),
    ],
)
def test_lengths_of_a_pool_are_in_order(given, number):
    options = {f"allocation_{name}_netmask_length": length for name, length in given.items()}
    assert len(list(_ec2_limits.pool_faults(options))) == number


class Thing(Resource):
    """A resource with limits of its name, of an option and of a deletion, and a rule between options."""

    limits = {"size": between(1, 9), "wait_days": between(7, 30)}
    deletion = ("wait_days",)

    def conflicts(self):
        return ["size and colour differ."] if self.params["size"] == self.params.get("colour") else []


@pytest.mark.parametrize(
    ("params", "present", "words"),
    [
        (
            {"name": "x", "size": 0, "wait_days": 5, "tags": {"x": 1}},
            True,
            "size is 0; .* wait_days is 5; .* tags.x is 1",
        ),
        (
            {"name": "x", "size": 0, "wait_days": 5, "tags": {"x": 1}},
            False,
            "^wait_days is 5; AWS takes 7 to 30. [^.]*.$",
        ),
        ({"name": "x" * 257, "size": 1}, False, "257 characters"),
        ({"name": "x", "size": 1, "colour": 1}, True, "^size and colour differ.$"),
    ],
)
def test_faults_are_refused_before_the_first_request(params, present, words):
    thing = Thing(None, params)  # without AWS: any request would fail
    assert re.search(words, reconcile(thing, present=present).refusal)
    planned = reconcile(thing, present=present, check=True)
    assert planned.plan.action == "refuse" and re.search(words, planned.refusal)


def tags(given: dict[Any, Any], **rules: Any) -> list[str]:
    return list(tag_faults("tags", given, TagRules(**rules)))


def test_tags_of_all_services():
    assert not tags({"k" * 128: "v" * 256, "any": "a*b|c"}) and not tags({"later": UNKNOWN})
    for wrong in ({"": "x"}, {"k" * 129: "x"}, {"k": "v" * 257}, {"Aws:x": "1"}, {1: "x"}, {"x": 1}, {"x": None}):
        assert len(tags(wrong)) == 1, wrong


def test_tags_of_services_with_common_characters():
    assert not tags({"aé Ж7_.:/=+-@\u00a0": "aé Ж7_.:/=+-@"}, common=True)
    for letter in "*|,&'\"\t\n(){}#":
        assert len(tags({f"x{letter}": f"x{letter}"}, common=True)) == 2, repr(letter)


def test_tags_that_differ_in_case():
    assert not tags({"a": "1", "A": "1"})
    assert len(tags({"a": "1", "A": "1"}, ignores_case=True)) == 1


def test_name_tag_is_counted():
    fifty = {f"k{number}": "1" for number in range(50)}
    assert not tags(fifty)
    assert len(list(tag_faults("tags", fifty, TagRules(), named=1))) == 1


def test_ids_have_the_prefix_of_their_kind():
    references = {"vpc_name": ("vpc_id", "vpc"), "subnet_names": ("subnet_ids", "subnet")}
    assert not list(reference_faults(references, {"vpc_id": "vpc-1", "subnet_ids": ["subnet-1", UNKNOWN, UNKNOWN]}))
    assert not list(reference_faults(references, {"vpc_name": "anything"}))
    assert len(list(reference_faults(references, {"vpc_id": "", "subnet_ids": ["vpc-1", "vpc-1"]}))) == 4

"""The summary of a run and the drift report."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document
from ansible_collections.mtk.backend.plugins.plugin_utils import drift, summary


def entry(action: str = "none", name: str = "a", **fields: Any) -> dict[str, Any]:
    identity = {"region": "us-east-1", "resource": "ec2_subnet", "name": name, "action": action}
    return {**identity, "before": {}, "after": {}, **fields}


def make_document(*entries: dict[str, Any], mode: str = "plan", errors: Any = ()) -> dict[str, Any]:
    return _document.document("prod", mode, entries, list(errors))


def test_summary_of_a_plan():
    document = make_document(
        entry("create", "prod_a_public_subnet", usual_seconds=120),
        entry("create", "prod_b_public_subnet"),
        entry("create", "prod_a_private_subnet"),
        entry("update", before={"tags": {"x": "1"}, "routes": ["r"]}, after={"tags": {"x": "2"}, "routes": ["s"]}),
        entry("update", "b", before={"ttl": "a"}, after={"ttl": "b"}, notes=["AWS takes about 60 min: two changes."]),
        entry("refuse", "c", reason="AWS cannot change cidr_block. Delete the subnet and create it again."),
        entry("delete", "d", region="us-west-2"),
        entry("replace", "e", region="us-west-2", reason="The subnet failed: no address."),
        entry("unknown", "f", region="us-west-2", notes=["The module has no check mode."]),
        entry(),
    )
    assert list(summary.lines(document)) == [
        "  us-east-1",
        "    ~ ec2_subnet  a",
        '                  tags.x: "1" → "2"',
        '                  routes: - "r"',
        '                  routes: + "s"',
        "    ~ ec2_subnet  b",
        '                  ttl: "a" → "b"',
        "                  AWS takes about 60 min: two changes.",
        "    ! ec2_subnet  c",
        "                  AWS cannot change cidr_block. Delete the subnet and create it again.",
        "    + ec2_subnet  3: prod_{a_private, a_public, b_public}_subnet (AWS takes about 2 min)",
        "  us-west-2",
        "    - ec2_subnet  d",
        "  -/+ ec2_subnet  e",
        "                  The subnet failed: no address.",
        "    ? ec2_subnet  f",
        "                  The module has no check mode.",
        "Plan of prod: 3 to create, 2 to change, 1 to replace, 1 to decide, 1 to delete, 1 that cannot be planned, "
        "1 unchanged.",
        "Next: decide what is marked with !; each entry says how to go on.",
    ]


def test_a_plan_shows_what_others_added_and_what_delivers_nothing():
    seen = {"wanted": None, "reason": "others added this rule, and it is left alone"}
    rule = {"field": "rules", "found": {"from_port": 22}, "owner": "foreign", **seen}
    silent = {"field": "status", "found": "FAILED", "owner": "decision", **seen, "reason": "AWS delivers no records"}
    usual = {"field": "capacity", "found": 9, "owner": "aws", **seen}
    document = make_document(entry(observations=[rule, usual]), entry(name="b", observations=[silent]))
    assert list(summary.lines(document)) == [
        '    * us-east-1  ec2_subnet  a: rules has {"from_port": 22}: others added this rule, and it is left alone',
        '    * us-east-1  ec2_subnet  b: status has "FAILED": AWS delivers no records',
        "Plan of prod: no changes, 2 unchanged.",
    ]


def test_summary_of_an_apply_has_durations():
    document = make_document(
        entry("create", seconds=95.2), entry("update", "b", after={"x": 1}, seconds=0.3), mode="apply"
    )
    assert list(summary.lines(document)) == [
        "  us-east-1",
        "    + ec2_subnet  a (took 1 min 35 s)",
        "    ~ ec2_subnet  b",
        "                  x: null → 1",
        "Apply of prod: 1 created, 1 changed, 0 unchanged.",
    ]


def test_a_failed_task_is_shown_and_makes_the_plan_incomplete():
    document = make_document(errors=[{"host": "us-east-1", "task": "Keep the key", "message": "no"}])
    assert list(summary.lines(document)) == [
        "    x us-east-1, Keep the key: no",
        "Plan of prod: no changes, 0 unchanged.",
        "Incomplete: a task failed, and the tasks after it did not run.",
        "Next: correct the cause of the failure and make the plan again.",
    ]


def test_colours_do_not_change_the_text():
    document = make_document(entry("create"))
    assert [
        line.replace("<", "").replace(">", "") for line in summary.lines(document, lambda text, _: f"<{text}>")
    ] == list(summary.lines(document))


def test_no_line_is_longer_than_the_width():
    long = make_document(
        entry("update", "n" * 60, before={"x": ""}, after={"x": "word " * 100}),
        *(entry("create", f"s{i}_x") for i in range(90)),
    )
    assert max(len(line) for line in summary.lines(long)) <= summary.WIDTH


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["a"], "a"),
        (["a", "b"], "2: a, b"),
        (["prod_a_key", "prod_b_key"], "2: prod_{a, b}_key"),
        (["prod-a", "prod-b"], "2: prod-a, prod-b"),
        (["pool 10.0.0.0/8", "pool 10.16.0.0/8"], "2: pool {10.0.0.0, 10.16.0.0}/8"),
        (["x_a", "x_a_b"], "2: x_{a, a_b}"),
    ],
)
def test_common_parts_of_names_are_shown_once(names, text):
    assert summary.together(names) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min"), (450, "7 min 30 s")])
def test_durations_are_rounded(seconds, text):
    assert summary.duration(seconds) == text


ARN = "arn:aws:ec2:us-east-1:123456789012:"


def owners(*entries: dict[str, Any]) -> list[str]:
    return [item["owner"] for item in drift.report(make_document(*entries), [])["items"]]


@pytest.mark.parametrize(
    ("action", "owner"),
    [
        ("update", "ours"),
        ("create", "gone"),
        ("delete", "ours"),
        ("replace", "ours"),
        ("refuse", "decision"),
        ("unknown", "unknown"),
    ],
)
def test_owner_of_a_difference(action, owner):
    assert owners(entry(action, before={"x": 1}, after={"x": 2})) == [owner]


def test_drift_report():
    seen = {"field": "engine_version", "wanted": "16.4", "found": "16.6", "owner": "aws", "reason": "AWS upgrades"}
    report = drift.report(
        make_document(entry("update", before={"x": 1}, after={"x": 2}), entry(name="b", observations=[seen])),
        [
            {
                "arn": f"{ARN}vpc/vpc-2",
                "region": "us-west-2",
                "resource": "ec2 vpc",
                "name": "theirs",
                "owner": "foreign",
            }
        ],
    )
    assert {owner: number for owner, number in report["counts"].items() if number} == {
        "ours": 1,
        "foreign": 1,
        "aws": 1,
    }
    assert drift.lines(report) == [
        "ours      us-east-1  ec2_subnet  a: x is 1, wanted 2",
        "foreign   us-west-2  ec2 vpc  theirs",
        'aws       us-east-1  ec2_subnet  b: engine_version is "16.6", wanted "16.4" (AWS upgrades)',
    ]
    page = drift.markdown(report)
    assert page.startswith("# Drift of prod\n\nFound: 1 ours, 1 foreign, 1 aws.\n\n## Ours\n")
    assert '- us-east-1 `ec2_subnet` `b`: engine_version is "16.6", wanted "16.4" (AWS upgrades)\n' in page
    assert "Incomplete" not in page
    broken = make_document(errors=[{"host": "h", "task": "t", "message": "m"}])
    assert "**Incomplete**" in drift.markdown(drift.report(broken, []))


def test_an_argument_of_the_command_line_stays_on_one_line():
    reason = f"{'word ' * 20}with -e adopt=ec2_vpc:dev_us-east-1_vpc."
    shown = list(summary.lines(make_document(entry("refuse", "x", reason=reason))))
    assert any("-e adopt=ec2_vpc:dev_us-east-1_vpc" in line for line in shown)


def test_a_consent_that_names_no_resource_is_reported():
    document = make_document(entry("none", "a"), entry("refuse", "b", reason="x"))
    given = {"adopt": "ec2_subnet:a, ec2_subnet:b, ec2_subnet:c", "remove": ["ec2_vpc:a"], "plan_out": "x"}
    assert [line.partition(",")[0] for line in summary.unused(document, given)] == [
        "adopt names ec2_subnet:c",
        "remove names ec2_vpc:a",
    ]


def test_a_command_in_a_reason_stays_on_one_line():
    command = f"aws rds restore-db-cluster-from-snapshot {'--option value ' * 20}".rstrip()
    document = make_document(entry("refuse", reason=f"It does not exist. Run this:\n{command}"))
    assert [line for line in summary.lines(document) if line.strip() == command]

"""An apply makes the changes that its plan names, according to the call log of AWS."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import TABLE

from .conftest import REGIONS, ROOT
from .estate import estate
from .subjects import Names, subjects

pytestmark = pytest.mark.timeout(1800)
SCHEMA = json.loads((ROOT / "docs/using/plan.schema.json").read_text())


def planned(path: Path) -> dict:
    """Return the actions in a plan file, by resource."""
    whole = json.loads(path.read_text())
    jsonschema.validate(whole, SCHEMA)
    assert whole["complete"], whole["errors"]
    entries = {(entry["region"], entry["resource"], entry["name"]): entry["action"] for entry in whole["resources"]}
    return {subject: action for subject, action in entries.items() if action != "none"}


@pytest.mark.parametrize("environment", ["dev", pytest.param("qa", marks=pytest.mark.slow), "prod"])
def test_an_apply_does_what_its_plan_says(aws, site, environment, tmp_path):
    live, plan, report = site(environment), tmp_path / "plan.json", tmp_path / "report.json"
    played = live.play("playbooks/plan.yml", "-e", f"plan_out={plan}")
    assert played.mutating == [] and played.failed == 0
    expected = planned(plan)
    names = Names().read(aws, REGIONS)

    live.play("site.yml", "-e", f"plan_file={plan}", "-e", f"plan_out={report}")
    done = subjects(aws.control.calls(mutating=True), names.read(aws, REGIONS))
    assert done == expected
    assert planned(report) == expected, "the report of an apply names its changes"


GROUP = "dev_us-east-1_flow_log_group"


def retention(aws, days, group=GROUP):
    aws.client("logs").put_retention_policy(logGroupName=group, retentionInDays=days)


def entries(path):
    return {(entry["resource"], entry["name"]): entry for entry in json.loads(path.read_text())["resources"]}


def test_a_resource_that_needs_a_decision_fails_the_run_but_hides_no_change(aws, built, tmp_path):
    dev, plan = built("dev"), tmp_path / "plan.json"
    ec2 = aws.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["dev_us-east-1_vpc"]}])["Vpcs"]
    ec2.create_tags(Resources=[vpc["VpcId"]], Tags=[{"Key": "mtk:environment", "Value": "other"}])
    retention(aws, 1)
    played = dev.play("site.yml", "--check", "-e", f"plan_out={plan}", expect=2)
    assert "Resources that need a decision: 1." in " ".join(played.text.split())
    assert "    ! ec2_vpc" in played.text and "Plan of dev: 0 to create, 1 to change, 1 to decide" in played.text
    whole = json.loads(plan.read_text())
    jsonschema.validate(whole, SCHEMA)
    assert whole["complete"]
    found = entries(plan)
    assert "belongs to environment 'other'" in found["ec2_vpc", "dev_us-east-1_vpc"]["reason"]
    assert found["logs_log_group", GROUP]["action"] == "update"
    refused = dev.play("site.yml", expect=2)
    assert "belongs to environment 'other'" in " ".join(refused.text.split())


def test_a_failed_task_does_not_hide_other_changes(aws, built, tmp_path):
    qa, plan = built("qa"), tmp_path / "plan.json"
    retention(aws, 1, "qa_us-east-1_flow_log_group")
    aws.control.fault("kms:ListAliases", "error", code="AccessDeniedException", region="us-west-2", times=1000)
    played = qa.play("playbooks/plan.yml", "-e", f"plan_out={plan}", expect=2)
    assert "Incomplete: a task failed" in played.text and "~ logs_log_group" in played.text
    whole = json.loads(plan.read_text())
    jsonschema.validate(whole, SCHEMA)
    assert not whole["complete"] and "us-west-2" in {error["host"] for error in whole["errors"]}
    assert all("AccessDeniedException" in error["message"] for error in whole["errors"])
    refused = qa.play("site.yml", "-e", f"plan_file={plan}", expect=2)
    assert refused.mutating == [] and "is not a complete plan of qa" in " ".join(refused.text.split())


def test_changes_outside_the_approved_plan_are_refused(aws, built, tmp_path):
    dev, plan = built("dev"), tmp_path / "plan.json"
    retention(aws, 1)
    dev.play("playbooks/plan.yml", "-e", f"plan_out={plan}")
    retention(aws, 3)
    refused = dev.play("site.yml", "-e", f"plan_file={plan}", expect=2)
    message = " ".join(refused.text.split())
    assert "retention_in_days: 3 -> 7" in message and "Make and approve a new plan" in message
    assert refused.mutating == []
    retention(aws, 1)
    assert dev.play("site.yml", "-e", f"plan_file={plan}").mutating == ["logs:PutRetentionPolicy"]
    relative = ("-e", f"plan_file={plan.name}")
    again = dev.play(str(ROOT / "site.yml"), *relative, cwd=plan.parent, ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"))
    assert again.mutating == [], "applying a plan again changes nothing"


def test_a_plan_of_another_environment_is_refused_before_any_change(aws, site, built, tmp_path):
    plan = tmp_path / "plan.json"
    site("qa").play("playbooks/plan.yml", "-e", f"plan_out={plan}")
    refused = site("dev").play("site.yml", "-e", f"plan_file={plan}", expect=2)
    assert "is not a complete plan of dev" in " ".join(refused.text.split())
    assert refused.mutating == []


def test_detailed_exitcode_fails_if_the_plan_contains_changes(aws, built):
    dev = built("dev")
    dev.play("playbooks/plan.yml", "-e", "detailed_exitcode=true")
    retention(aws, 1)
    dev.play("playbooks/plan.yml")
    changes = dev.play("playbooks/plan.yml", "-e", "detailed_exitcode=true", expect=2)
    assert "the plan contains changes (0 to create, 1 to change" in " ".join(changes.text.split())
    assert "Incomplete" not in changes.text and changes.mutating == []


@pytest.mark.parametrize("playbook", ["plan", "drift"])
def test_plan_and_drift_refuse_to_run_without_the_callback(aws, built, playbook):
    """A plan without entries because the callback is disabled must not look like an empty plan."""
    dev = built("dev")
    refused = dev.play(f"playbooks/{playbook}.yml", expect=2, ANSIBLE_CALLBACKS_ENABLED="ansible.posix.timer")
    assert "callback mtk.backend.plan" in " ".join(refused.text.split())
    assert refused.mutating == []


def test_the_billing_mode_of_a_table_with_a_replica_changes_as_planned(aws, built, tmp_path):
    qa, plan, name = built("qa"), tmp_path / "plan.json", "qa_user_locations"
    scaled = {(region, "dynamodb_table_auto_scaling", name) for region in REGIONS[:2]}
    for mode, action in (("PROVISIONED", "create"), ("PAY_PER_REQUEST", "delete")):
        switch = ("--tags", "dynamodb_global", "-e", f"dynamodb_global_billing_mode={mode}")
        planning = qa.play("playbooks/plan.yml", *switch, "-e", f"plan_out={plan}")
        expected = planned(plan)
        assert planning.mutating == []
        assert expected == {(REGIONS[0], "dynamodb_table", name): "update", **dict.fromkeys(scaled, action)}
        since, names = len(aws.control.calls()), Names().read(aws, REGIONS)
        qa.play("site.yml", *switch, "-e", f"plan_file={plan}")
        assert subjects(aws.control.calls(since, mutating=True), names) == expected
        for region in REGIONS[:2]:
            table = aws.client("dynamodb", region).describe_table(TableName=name)["Table"]
            assert table["BillingModeSummary"]["BillingMode"] == mode
            scaling = aws.client("application-autoscaling", region)
            targets = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
            assert len(targets) == (8 if mode == "PROVISIONED" else 0)
        assert qa.play("site.yml", *switch).mutating == []


@pytest.mark.parametrize(
    ("part", "regions", "resources"),
    [
        (("--limit", "us-west-2"), {"us-west-2"}, {"kms_key"}),
        (("--tags", "ipam_vpc"), {"us-east-1"}, {"logs_log_group"}),
        pytest.param(("--tags", "dynamodb_global"), {"us-west-2"}, {"kms_key"}, marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_a_limited_plan_matches_the_limited_apply(aws, built, tmp_path, part, regions, resources):
    qa, plan = built("qa"), tmp_path / "plan.json"
    retention(aws, 1, "qa_us-east-1_flow_log_group")
    kms = aws.client("kms", "us-west-2")
    kms.disable_key_rotation(KeyId=kms.describe_key(KeyId="alias/qa_us-west-2_dynamodb_key")["KeyMetadata"]["KeyId"])
    qa.play("playbooks/plan.yml", *part, "-e", f"plan_out={plan}")
    expected = planned(plan)
    assert ({s[0] for s in expected}, {s[1] for s in expected}) == (regions, resources)
    since = len(aws.control.calls())
    qa.play("site.yml", *part, "-e", f"plan_file={plan}")
    assert subjects(aws.control.calls(since, mutating=True), Names().read(aws, REGIONS)) == expected


def test_drift_names_the_owner_of_each_difference(aws, built, tmp_path):
    dev, report, page = built("dev"), tmp_path / "drift.json", tmp_path / "drift.md"
    same = dev.play("playbooks/drift.yml")
    assert same.mutating == []
    retention(aws, 1)
    ec2 = aws.client("ec2")
    (log,) = ec2.describe_flow_logs()["FlowLogs"]
    ec2.delete_flow_logs(FlowLogIds=[log["FlowLogId"]])
    tags = [{"Key": "mtk:environment", "Value": "dev"}]
    vpc = ec2.create_vpc(CidrBlock="192.168.0.0/24", TagSpecifications=[{"ResourceType": "vpc", "Tags": tags}])
    before = len(aws.mutating())
    files = ("-e", f"drift_json={report}", "-e", f"drift_markdown={page}")
    played = dev.play("playbooks/drift.yml", *files, expect=2)
    assert len(aws.mutating()) == before
    whole = json.loads(report.read_text())
    assert {(item["owner"], item["name"]) for item in whole["items"]} == {
        ("ours", GROUP),
        ("gone", "dev_us-east-1_flow_log"),
        ("foreign", vpc["Vpc"]["VpcId"]),
    }
    assert "3 differences (ours, gone, foreign)" in " ".join(played.text.split())
    assert "retention_in_days is 1, wanted 7" in page.read_text()
    dev.play()
    dev.play("playbooks/drift.yml", "-e", '{"drift_fail_on": ["ours", "gone"]}')
    assert ec2.describe_vpcs(VpcIds=[vpc["Vpc"]["VpcId"]])["Vpcs"], "foreign resources are not changed"


def test_progress_is_reported_if_requested(aws, site):
    aws.control.scale(0.02)  # an instance takes some nine seconds
    dev = site("dev")
    played = dev.play("site.yml", MTK_PROGRESS="yes", MTK_PROGRESS_INTERVAL="1")
    line = r"\.\.\. rds_instance \S+-aurora-instance in us-east-1: creating, \d+ s so far; AWS usually takes 7 min 30 s"
    assert re.search(line, played.text), played.text[-3000:]
    assert re.search(r"\+ rds_instance +\S+ \(took \d+ s\)", played.text)
    aws.control.reset()
    assert "so far" not in dev.play().text, "progress is off by default where stdout is not a terminal"


def test_a_run_without_changes_makes_every_request_once(aws, built):
    """No request is made twice, and ten more subnets need no further request."""
    prod = built("prod")
    prod.play()
    calls = aws.control.calls()
    asked = [(c["service"], c["operation"], c["region"], json.dumps(c["parameters"], sort_keys=True)) for c in calls]
    assert len(asked) == len(set(asked))
    resources = len(estate(aws, REGIONS))
    assert len(calls) <= 0.8 * resources, f"{len(calls)} calls for {resources} resources"
    regional = [c for c in calls if c["service"] not in ("iam", "sts")]
    assert len(regional) <= 44 * len(REGIONS), (
        f"{len(regional)} requests: a new listing in _prefetch.py raises this limit"
    )

    since = len(aws.control.calls())
    checked = prod.play("site.yml", "--check", "--diff")
    assert checked.mutating == []
    looks = [c for c in calls if c["parameters"].get("TableName") == TABLE]
    assert [c["operation"] for c in looks] == ["GetItem"]
    wanted = len(calls) - len(looks)
    assert len(aws.control.calls(since)) == wanted, "a plan makes the same requests as an apply, but for the run lock"

    ec2 = aws.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["prod_us-east-1_vpc"]}])["Vpcs"]
    for number in range(10):
        ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock=vpc["CidrBlock"].replace("0.0/16", f"255.{16 * number}/28"))
    since = len(aws.control.calls())
    prod.play()
    assert len(aws.control.calls(since)) == len(calls)

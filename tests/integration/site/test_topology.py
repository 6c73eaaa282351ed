"""The topology page of dev: planned, built, with what others changed, and from a saved plan without AWS."""

from __future__ import annotations

import json
import re
from html import unescape

from .conftest import BIN, ROOT, Played, Site, finish
from .holders import Holder

REGION = "us-east-1"


def words(path) -> str:
    """Return the text of a page, without its style."""
    text = re.sub(r"<style>.*?</style>", "", path.read_text(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def draw(dev: Site | Holder, tmp_path, *arguments: str, playbook: str = "playbooks/topology.yml") -> tuple[str, Played]:
    page = tmp_path / "page.html"
    played = dev.play(playbook, "-e", f"topology_html={page}", *arguments)
    assert played.mutating == []
    assert page.stat().st_mode & 0o777 == 0o600
    return words(page), played


def test_page_of_an_empty_account_and_of_its_saved_plan(aws, site, tmp_path):
    text, _played = draw(
        site("dev"), tmp_path, "-e", f"plan_out={tmp_path / 'plan.json'}", playbook="mtk.backend.topology"
    )
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert f"Plan of dev: {plan['counts']['create']} to create, 1 to change, 2 unchanged." in text
    missing = [entry["name"] for entry in plan["resources"] if entry["name"] not in text]
    assert not missing
    assert "dev_us-east-1_vpc /16 (known after apply)" in text
    assert "10.0.0.0/14 dev_us-east-1_ipam_pool 0.00% used. Free: 10.0.0.0/14." in text
    assert "application tcp 443 tcp 5432" in text
    assert "Other resources" not in text
    assert "emulator-secret-key" not in text

    calls, page = len(aws.control.calls()), tmp_path / "saved.html"
    command = [str(BIN / "ansible-playbook"), "playbooks/plan_topology.yml"]
    given = ["-e", f"topology_plan={tmp_path / 'plan.json'}", "-e", f"topology_html={page}"]
    code, stdout, stderr = finish([*command, *given], cwd=ROOT, env=site("dev").environ())
    assert code == 0, stdout + stderr
    assert len(aws.control.calls()) == calls
    saved = words(page)
    assert "From a saved plan; AWS was not asked." in saved
    assert "dev_us-east-1_vpc /16 (known after apply)" in saved

    code, stdout, stderr = finish(command, cwd=ROOT, env=site("dev").environ())
    assert code == 2
    assert "topology_plan is '' and topology_html is ''; both are needed." in " ".join((stdout + stderr).split())
    code, stdout, stderr = finish(
        [*command, *given[2:], "-e", "topology_plan=none.json"], cwd=ROOT, env=site("dev").environ()
    )
    assert code == 2
    assert "topology_plan is 'none.json'; the file cannot be read" in " ".join((stdout + stderr).split())


def test_page_of_a_built_environment_that_others_changed(aws, built, tmp_path):
    built("dev")
    ec2 = aws.client("ec2", REGION)
    groups = {each["GroupName"]: each for each in ec2.describe_security_groups()["SecurityGroups"]}
    database = groups["dev_us-east-1_database_security_group"]
    world = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=database["GroupId"], IpPermissions=[world])
    name = "<script>alert(1)</script>"
    tags = [{"Key": "mtk:environment", "Value": "dev"}, {"Key": "Name", "Value": name}]
    specification = [{"ResourceType": "subnet", "Tags": tags}]
    ec2.create_subnet(VpcId=database["VpcId"], CidrBlock="10.0.240.0/28", TagSpecifications=specification)
    logs = aws.client("logs", REGION)
    logs.put_retention_policy(logGroupName="dev_us-east-1_flow_log_group", retentionInDays=3)
    table, private = "dev_user_locations", "dev_us-east-1_us-east-1c_nat_gateway"

    planner = Holder(aws, "dev", "planner")
    text, played = draw(planner, tmp_path, "-e", "topology_drift=true")
    assert planner.refused(played) == []
    assert "Account 123456789012 · Plan of 20" in text
    assert "Plan of dev: 0 to create, 1 to change, " in text
    assert re.search(r"retention_in_days: 3 → \d+ ", text)
    assert "Internet tcp 5432 allowed from the Internet" in text
    assert f"us-east-1 ec2 subnet {name}" in text
    assert name not in (tmp_path / "page.html").read_text()
    assert "VPC dev_us-east-1_vpc 10.0.0.0/16" in text
    assert "NAT 203.0.113." in text and "Aurora writer serverless" in text
    assert "Internet via NAT gateway in us-east-1b" in text
    assert f"{private} no settings in this plan, or absent" in text
    assert f"Table {table} Capacity on demand Indexes is_private_index, is_real_index, lat_long_index" in text
    assert "28.12% used" not in text and "18.75% used. Free: " in text  # six subnets of a /16


def test_a_page_that_cannot_be_written_is_refused_before_the_first_call(aws, site, tmp_path):
    refused = site("dev").play("playbooks/topology.yml", "-e", f"topology_html={tmp_path}/no/page.html", expect=2)
    assert "topology_html" in refused.text and "no/page.html" in refused.text
    assert aws.control.calls() == []

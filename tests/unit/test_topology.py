"""The topology page: its model, its HTML, and that no text in it can become markup."""

from __future__ import annotations

import html.parser
import importlib
import re
from pathlib import Path

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._kinds import KINDS
from ansible_collections.mtk.backend.plugins.module_utils.engine import _document
from ansible_collections.mtk.backend.plugins.plugin_utils.record import Record
from ansible_collections.mtk.backend.plugins.plugin_utils.topology import addresses, estate, network, page, reach, saved
from ansible_collections.mtk.backend.plugins.plugin_utils.topology.elements import element
from browser.chromium import executable
from browser.plans import REGIONS, built, document, groups, states

ROOT = Path(__file__).parents[2]
EVIL = '<script>alert(\'x\')</script>" onload="y" {{ 7 * 7 }} \x00\udc80&amp;'
VOID = {"meta", "br"}


class Parser(html.parser.HTMLParser):
    """Checks that each element is closed, and collects names, attributes, ids and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in ("href", "src", "aria-labelledby")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += f" {data}" if "style" not in self.open else ""


def parsed(text: str) -> Parser:
    parser = Parser()
    parser.feed(text)
    parser.close()
    assert parser.open == []
    return parser


def live(found, action="none", **more) -> str:
    regions = more.pop("regions", ())
    return page.of_run(document(found, action, **more), states(found), regions=regions)


def text_of(page_text: str) -> str:
    return " ".join(parsed(page_text).text.split())


@pytest.mark.parametrize(("regions", "zones"), [(1, 2), (3, 3), (6, 6)])
@pytest.mark.parametrize("action", ["none", "create", "refuse", "delete"])
def test_page_is_well_formed(regions, zones, action):
    found = built(regions, zones)
    text = live(found, action) if action != "create" else page.of_plan(document(found, action))
    parser = parsed(text)
    assert text.startswith("<!DOCTYPE html>\n<html")
    assert len(parser.ids) == len(set(parser.ids))
    assert {link.removeprefix("#") for link in parser.links} <= set(parser.ids)
    assert not {name for name in parser.attributes if name.startswith("on") or name in ("src", "style")}
    assert not parser.tags & {"script", "iframe", "link", "img", "object", "form", "base"}
    assert "://" not in text
    assert len(text) < 300_000 * regions / 3


def test_style_has_the_hash_of_the_policy():
    text = live(built(1, 2))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy and policy[1].startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "unsafe-inline" not in text


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_type_of_resource_has_a_place(name):
    assert name in estate.PLACES, f"add {name} to PLACES in plugins/plugin_utils/topology/estate.py"
    module = importlib.import_module(f"ansible_collections.mtk.backend.plugins.modules.{name}")
    kinds = {
        found.kind
        for found in vars(module).values()
        if getattr(found, "__module__", "") == module.__name__ and hasattr(found, "identity")
    }
    assert kinds == {KINDS[name]}, f"correct {name} in plugins/module_utils/domain/_kinds.py"


def test_each_module_of_a_resource_has_a_kind():
    names = {path.stem for path in (ROOT / "plugins/modules").glob("[a-z]*.py") if "class " in path.read_text()}
    missing = sorted(
        name
        for name in names - set(KINDS)
        if re.search(r"^    kind = ", (ROOT / f"plugins/modules/{name}.py").read_text(), re.M)
    )
    assert not missing, f"add {', '.join(missing)} to KINDS in plugins/module_utils/domain/_kinds.py"


def test_plans_of_these_tests_have_every_type():
    missing = set(KINDS) - {resource for _region, resource, _name, _fields in built()}
    assert not missing, f"add {', '.join(sorted(missing))} to built() in tests/browser/plans.py"


@pytest.mark.parametrize("action", ["none", "create"])
def test_every_resource_is_on_the_page(action):
    found = built()
    text = text_of(live(found, action))
    missing = [name for _region, _kind, name, _fields in found if name not in text]
    assert not missing


def test_a_type_without_a_place_is_shown_as_other():
    found = [*built(1, 2), ("us-east-1", "community.aws.s3_bucket", "a-bucket", {})]
    assert "Other resources us-east-1 community.aws.s3_bucket a-bucket" in text_of(live(found))
    assert "Other resources" not in text_of(live(built(1, 2)))


def test_same_plan_gives_the_same_bytes():
    found = built()
    reverse = list(reversed(found))
    assert live(found, regions=REGIONS[:3]) == live(reverse, regions=REGIONS[:3])


def test_no_text_becomes_markup():
    fields = {"cidr_block": EVIL, "availability_zone": EVIL, "tags": {"mtk:tier": EVIL}, "subnet_id": EVIL}
    rule = {"ip_protocol": EVIL, "from_port": 1, "to_port": 2, "cidr_ipv4": EVIL, "description": EVIL}
    found = [
        (EVIL, kind, EVIL, {**fields, "rules": [rule], "routes": [{"gateway_id": EVIL}], "endpoint": EVIL})
        for kind in (*KINDS, EVIL)
    ]
    entries = document(found, "update")["resources"]
    for entry in entries:
        entry["after"] = {EVIL: EVIL, "nested": {EVIL: [EVIL]}}
        entry["differences"] = [{"field": EVIL, "key": EVIL, "before": EVIL, "after": {EVIL: EVIL}}]
        entry |= {"reason": EVIL, "notes": [EVIL], "ids": [EVIL], "usual_seconds": 90}
        entry["observations"] = [{"field": EVIL, "wanted": EVIL, "found": EVIL, "owner": "foreign", "reason": EVIL}]
        left = dict.fromkeys(("resource", "name", "region", "until", "key", "restore"), EVIL)
        entry["leaves"] = [left]
    errors = [{"host": EVIL, "task": EVIL, "message": EVIL}]
    whole = {**document(found, "update"), "resources": entries, "errors": errors, "notes": [EVIL], "environment": EVIL}
    whole |= {"account": EVIL, "created_at": EVIL}
    foreign = {"arn": EVIL, "region": EVIL, "resource": EVIL, "name": EVIL, "owner": "foreign"}
    text = page.of_run(whole, states(found), regions=[EVIL], unmanaged=[foreign], denied=[EVIL])
    parser = parsed(text)
    assert "script" not in parser.tags
    assert not {name for name in parser.attributes if name.startswith("on")}
    assert "alert('x')" in parser.text
    assert "\x00" not in text
    text.encode()


def test_elements_are_escaped():
    assert element("td", "a < b", class_='"x"') == '<td class="&#34;x&#34;">a &lt; b</td>'
    assert element("td", ["a", None, element("b", "c")], hidden=True, title=None) == "<td hidden>a<b>c</b></td>"


def test_grid_of_a_region():
    found = estate.estate(document(built()), states(built()))
    zones = network.zones(found, "us-east-1")
    assert [zone.name for zone in zones] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    public, private, database = (zones[0].cells[tier][0] for tier in network.TIERS)
    assert public.routes == (network.Route("0.0.0.0/0", "internet gateway", "internet gateway"),)
    assert private.routes == (network.Route("0.0.0.0/0", "NAT gateway", "NAT gateway"),)
    assert database.routes == ()
    assert [each.name for each in public.runs] == ["prod_us-east-1_us-east-1a_nat_gateway"]
    assert [each.name for each in database.runs] == ["prod-us-east-1-us-east-1a-aurora-instance"]
    assert network.ways(zones) == {"public": {"internet gateway"}, "private": {"NAT gateway"}, "database": set()}


def test_grid_of_a_plan_finds_by_name_what_has_no_id_yet():
    found = estate.estate(document(built(), "create"), {})
    zones = network.zones(found, "us-east-1")
    public, private, database = (zones[1].cells[tier][0] for tier in network.TIERS)
    assert public.routes and public.routes[0].way == network.INTERNET
    assert private.routes and private.routes[0].way == network.NAT
    assert database.routes == ()
    assert [each.name for each in public.runs] == ["prod_us-east-1_us-east-1b_nat_gateway"]
    assert [each.name for each in database.runs] == ["prod-us-east-1-us-east-1b-aurora-instance"]


def test_one_gateway_for_all_zones_is_named_with_its_zone():
    found = [each for each in built(1, 2) if each[2] != "prod_us-east-1_us-east-1b_nat_gateway"]
    for _region, kind, _name, fields in found:
        for route in fields["routes"] if kind == "ec2_route_table" else ():
            if "nat_gateway_id" in route:
                route["nat_gateway_id"] = "nat-us-east-1a"
    grid = network.zones(estate.estate(document(found), states(found)), "us-east-1")
    targets = [zone.cells["private"][0].routes[0].target for zone in grid]
    assert targets == ["NAT gateway", "NAT gateway in us-east-1a"]


def test_what_is_absent_as_wanted_is_not_drawn():
    """A task with state=absent has an entry without a change, too."""
    gone = ("us-east-1", "ec2_nat_gateway", "prod_us-east-1_us-east-1c_nat_gateway")
    found = [each for each in built(1, 3) if each[:3] != gone]
    whole = document([*found, (*gone, {})])
    whole["resources"] = [
        {k: v for k, v in each.items() if k != "ids"} if _document.key(each) == gone else each
        for each in whole["resources"]
    ]
    for known in (states(found) | {gone: {}}, {}):
        grid = network.zones(estate.estate(whole, known), "us-east-1")
        assert [len(zone.cells["public"][0].runs) for zone in grid] == [1, 1, 0]
    text = text_of(page.of_run(whole, states(found) | {gone: {}}))
    assert f"{gone[2]} no settings in this plan, or absent" in text


def test_a_saved_plan_says_what_it_does_not_hold():
    text = text_of(page.of_plan(document(built(1, 2))))
    assert "A plan holds the names and ids of unchanged resources" in text
    assert "The routes are not in this plan." in text
    assert "The rules of these security groups are not in this plan: default, " in text
    assert "allow no traffic" not in text


def test_values_that_aws_decides_are_shown_as_such():
    text = text_of(page.of_plan(document(built(1, 2), "create")))
    assert "prod_us-east-1_vpc /16 (known after apply)" in text
    assert "prod_us-east-1_vpc : AWS chooses a /16 from its pool during the apply (known after apply)" in text


def test_address_tree():
    found = estate.estate(document(built()), states(built()))
    (top,) = addresses.tree(found)
    assert (str(top.network), top.share()) == ("10.0.0.0/8", 3 / 16 + 1 / 256)
    assert [str(child.network) for child in top.children][:3] == ["10.0.0.0/12", "10.16.0.0/12", "10.32.0.0/12"]
    vpc = top.children[0].children[0].children[0]
    assert (vpc.kind, len(vpc.children), vpc.share()) == ("vpc", 9, 9 / 32)
    assert top.span(top.children[1].network) == (1 / 16, 1 / 16)
    used = [child.network for child in vpc.children]
    assert sum(gap.num_addresses for gap in vpc.gaps()) + sum(each.num_addresses for each in used) == 65536
    assert not [gap for gap in vpc.gaps() for each in used if gap.overlaps(each)]


def test_a_vpc_with_the_whole_block_of_its_pool_lies_in_the_pool():
    found = [
        ("us-east-1", "ec2_vpc", "prod_us-east-1_vpc", {"cidr_block": "10.0.0.0/16"}),
        ("us-east-1", "ec2_ipam_pool_cidr", "prod_us-east-1_ipam_pool 10.0.0.0/16", {"cidr": "10.0.0.0/16"}),
    ]
    (pool,) = addresses.tree(estate.estate(document(found), states(found)))
    assert (pool.kind, pool.children[0].kind, pool.gaps()) == ("pool", "vpc", [])


def matrix_of(found) -> reach.Matrix:
    (matrix,) = reach.matrices(estate.estate(document(found), states(found), REGIONS[:3]))
    return matrix


def test_matrix_of_security_groups():
    matrix = matrix_of(built())
    application, database, internet = reach.Peer(3, "application"), reach.Peer(3, "database"), reach.Peer(0, "Internet")
    assert matrix.regions == REGIONS[:3]
    assert matrix.flows == {
        (application, database): (reach.Flow("tcp 5432", ("in", "out")),),
        (application, internet): (reach.Flow("tcp 443", ("out",)),),
    }


def test_matrix_of_a_plan_knows_the_groups_by_their_rules_descriptions():
    planned = estate.estate(document(groups("us-east-1"), "create"), {})
    (matrix,) = reach.matrices(planned)
    assert matrix.flows == matrix_of(groups("us-east-1")).flows


def test_a_rule_for_the_internet_is_marked():
    found = built(1, 2)
    rules = next(fields["rules"] for _r, kind, name, fields in found if name.endswith("database_security_group"))
    rules.append({"ip_protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_ipv4": "0.0.0.0/0"})
    text = text_of(live(found))
    assert "Internet tcp 5432 allowed from the Internet" in text
    assert "allowed from the Internet" not in text_of(live(built(1, 2)))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"ip_protocol": "-1"}, "all traffic"),
        ({"ip_protocol": "tcp", "from_port": 0, "to_port": 65535}, "tcp, all ports"),
        ({"ip_protocol": "udp", "from_port": 1, "to_port": 9}, "udp 1 to 9"),
        ({"ip_protocol": "icmp", "from_port": -1, "to_port": -1}, "icmp"),
    ],
)
def test_traffic_in_words(rule, words):
    assert reach.traffic(rule) == words


def test_replication_in_words():
    text = text_of(live(built(regions=3), regions=REGIONS[:3]))
    assert "us-east-1 takes writes, and AWS copies them to us-west-2 and eu-west-1" in text
    assert "Table: us-east-1, us-west-2 and eu-west-1 hold the same table" in text
    assert "Nothing is replicated between regions." in text_of(live(built(regions=1)))


def cluster(region, action="create", **after):
    name = f"prod-{region}-aurora-cluster"
    entry = {"resource": "rds_cluster", "name": name, "region": region, "action": action, "ids": ["id"]}
    return {**entry, "before": {}, "after": after, "differences": []}


def part(*entries):
    return text_of(page.of_plan(_document.document("prod", "plan", entries, [])))


def test_the_part_of_one_role_names_the_writer_of_the_plan():
    member = {"global_cluster_identifier": "prod-aurora-global-cluster"}
    primary = cluster("us-east-1", database_name="mtk", **member)
    group = {**cluster("global"), "resource": "rds_global_cluster", "name": "prod-aurora-global-cluster"}
    text = part(group, cluster("eu-west-1", **member), primary)
    assert "Aurora: us-east-1 takes writes, and AWS copies them to eu-west-1 (global database)." in text
    assert text.count("Role takes writes") == 1 and text.count("Role readers only") == 1


def test_the_part_of_a_secondary_region_takes_no_writes():
    text = part(cluster("us-west-2", global_cluster_identifier="prod-aurora-global-cluster"))
    assert "Role readers only" in text and "Aurora reader, 0 instances" in text
    assert "the writer of the global database is not in this part." in text and "Nothing is replicated" not in text
    entries = built(regions=3)
    west = [each for each in entries if each[0] == "us-west-2"]  # a replica without the table among them
    assert "Role readers only" in text_of(live(west)) and "takes writes" not in text_of(live(west))


def test_a_plan_without_the_fields_of_a_cluster_names_no_writer():
    text = part(cluster("us-west-2", "none"))
    assert "Role" not in text and "takes writes" not in text and "Aurora, 0 instances" in text


def test_regions_without_resources_or_with_a_table_only():
    text = text_of(live(built(2, 2, only_tables=("us-west-2",)), regions=["us-east-1", "us-west-2", "eu-west-1"]))
    assert "us-west-2 secondary No network in this region. Table prod_user_locations" in text
    assert "eu-west-1 secondary No resource of this environment is planned or found in this region." in text


def test_changes_decisions_and_observations():
    whole = document(built(1, 2))
    for entry in whole["resources"]:
        if entry["name"] == "prod_us-east-1_flow_log_group":
            before, after = {"retention_in_days": 3}, {"retention_in_days": 30}
            entry |= {"action": "update", "before": before, "after": after}
            entry["differences"] = [each._asdict() for each in _document.differences(entry)]
        if entry["resource"] == "ec2_vpc":
            entry |= {"action": "refuse", "reason": "AWS cannot change cidr_block."}
        if entry["resource"] == "rds_cluster":
            seen = {"field": "engine_version", "wanted": "16.4", "found": "16.11", "owner": "aws", "reason": "upgraded"}
            entry["observations"] = [seen]
    whole["counts"] = _document.counts(whole["resources"])
    whole["changes"] = True
    text = text_of(page.of_run(whole, states(built(1, 2))))
    assert "retention_in_days: 3 → 30" in text
    assert "Decisions ! to decide us-east-1 ec2_vpc prod_us-east-1_vpc AWS cannot change cidr_block." in text
    assert "engine_version: found 16.11 , wanted 16.4 upgraded" in text
    assert "Plan of prod: 0 to create, 1 to change, 1 to decide" in text


def test_an_incomplete_plan_says_so():
    errors = [{"host": "us-east-1", "task": "Manage the VPC", "message": "no credentials"}]
    text = text_of(live(built(1, 2), errors=errors, complete=False))
    assert "Incomplete. A task failed" in text and "us-east-1, Manage the VPC: no credentials" in text


def test_account_and_time_of_the_plan():
    text = text_of(live(built(1, 2), account="123456789012", created_at="2026-11-30T12:00:00Z"))
    assert "Account 123456789012 · Plan of 2026-11-30T12:00:00Z · Read from AWS." in text


def test_a_missing_browser_is_named_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FileNotFoundError, match="apt-get install chromium"):
        executable()


def test_the_record_keeps_the_fields_of_a_resource():
    record, plan = (
        Record(),
        {"resource": "ec2_vpc", "name": "x", "region": "us-east-1", "action": "none", "mode": "plan"},
    )
    record.add({"plan": plan, "vpc": {"vpc_id": "vpc-1", "cidr_block": "10.0.0.0/16"}})
    record.add({"plan": plan, "vpc": {"vpc_id": "vpc-1", "state": "available"}})
    assert record.states == {
        ("us-east-1", "ec2_vpc", "x"): {"vpc_id": "vpc-1", "cidr_block": "10.0.0.0/16", "state": "available"}
    }
    assert "vpc_id" not in str(record.document())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "the file cannot be read (No such file or directory)"),
        ("{", "the file is not JSON"),
        ("[]", "the file does not contain a plan"),
        ('{"schema_version": 99}', "it has schema_version 99, and this version of the collection reads 1"),
        ('{"schema_version": 1}', "an earlier version of the collection has made it, without account"),
    ],
)
def test_a_file_that_is_not_a_plan_is_refused(tmp_path, content, words):
    path = tmp_path / "plan.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(saved.NoPlan, match=re.escape(f"topology_plan is '{path}'; {words}")) as error:
        saved.plan(str(path))
    assert "Make a plan with playbooks/plan.yml -e plan_out=FILE" in str(error.value)

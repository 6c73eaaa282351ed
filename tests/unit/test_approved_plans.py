"""Approved plans as files and artifacts: what makes a run refuse them, and what each message says."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._values import Refused
from ansible_collections.mtk.backend.plugins.module_utils.engine import _approval, _artifact, _document, _validity
from ansible_collections.mtk.backend.plugins.plugin_utils import approved, job
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ACCOUNT = "123456789012"
ENTRY = {"region": "us-east-1", "resource": "kms_key", "name": "é", "action": "create", "before": {}, "after": {}}


def plan(**changed):
    """Return a complete plan of dev that was made an hour ago. ``changed`` are fields of it; the hash fits."""
    known = {"account": ACCOUNT, "partition": "aws", "created_at": "2026-11-30T11:00:00Z"}
    document = {**_document.document("dev", "plan", [ENTRY], [], **known), **changed}
    return {**document, "hash": _document.digest(document)}


def wanted(**changed):
    given = {"environment": "dev", "purpose": "apply", "account": ACCOUNT, "max_age": 86400, "now": NOW}
    return _validity.Wanted(**{**given, **changed})


def without(*names):
    return {name: value for name, value in plan().items() if name not in names}


def at(**ago):
    return plan(created_at=(NOW - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_a_plan_may_be_applied():
    assert list(_validity.reasons(plan(), wanted())) == []
    assert list(_validity.reasons(plan(), wanted(account=""))) == [], "the account is compared when it is known"
    assert list(_validity.reasons(plan(account=None), wanted(account=""))) == [], "neither run knows an account"
    assert _validity.account_reason(plan(account=None, partition=None), ACCOUNT, "aws") == ""


@pytest.mark.parametrize(
    ("document", "run", "says", "remedy"),
    [
        (None, {}, "the file does not contain a plan", "Write it with playbooks/plan.yml"),
        ([], {}, "the file does not contain a plan", "Write it with playbooks/plan.yml"),
        (plan(schema_version=2), {}, "it has schema_version 2, and this version of the collection reads 1", "Make and"),
        (without("account", "hash"), {}, "an earlier version of the collection has made it, without account, hash", ""),
        ({**plan(), "hash": "sha256:0"}, {}, "it was edited or cut off", "Apply it as playbooks/plan.yml wrote it"),
        ({**plan(), "environment": "qa"}, {}, "it was edited or cut off", "Make and approve a new plan"),
        ({**plan(), "created_at": "2026-11-30T11:59:00Z"}, {}, "it was edited or cut off", "Make and approve"),
        (plan(resources=[]), {"environment": "qa"}, "not a complete plan of qa (environment: 'dev')", "Write it with"),
        (plan(complete=False), {}, "not a complete plan of dev (complete: false)", "Write it with"),
        (plan(mode="apply"), {}, "not a complete plan of dev (mode: 'apply')", "Write it with"),
        (plan(purpose="destroy"), {}, "not a complete plan of dev (purpose: 'destroy')", "Write it with"),
        (plan(), {"purpose": "destroy"}, "not a complete plan of dev (purpose: 'apply')", "Write it with"),
        (plan(account=None), {}, "it names no account", "Do not use --start-at-task"),
        (
            plan(),
            {"account": "9" * 12},
            f"a plan of account {ACCOUNT}, and expected_account_id is 999999999999",
            "Make",
        ),
        (
            at(hours=26, minutes=5),
            {},
            "made 26 h 5 min ago (2026-11-29T09:55:00Z), and plan_max_age is 86400",
            "greater",
        ),
        (at(minutes=2), {"max_age": 60}, "made 2 min ago (2026-11-30T11:58:00Z), and plan_max_age is 60", "greater"),
        (at(minutes=-6), {}, "made 6 min in the future (2026-11-30T12:06:00Z)", "Correct the clock of this machine"),
        (plan(created_at="now"), {}, "its created_at is 'now', which is no time", "Make and approve a new plan"),
        (plan(created_at=None), {}, "its created_at is null, which is no time", "Make and approve a new plan"),
    ],
)
def test_a_plan_that_must_not_be_applied(document, run, says, remedy):
    ((rule, what),) = _validity.reasons(document, wanted(**run))
    assert says in rule and remedy in what


@pytest.mark.parametrize("ago", [{"hours": 24}, {"seconds": 0}, {"minutes": -5}], ids=str)
def test_the_edges_of_the_age_are_accepted(ago):
    assert list(_validity.reasons(at(**ago), wanted())) == []


@pytest.mark.parametrize(
    ("account", "partition", "says"),
    [
        (ACCOUNT, "aws", ""),
        ("9" * 12, "aws", f"account {ACCOUNT} (partition aws), and the credentials belong to account 999999999999"),
        (ACCOUNT, "aws-cn", "and the credentials belong to account 123456789012 (partition aws-cn)"),
    ],
)
def test_the_account_of_the_credentials_is_compared_where_writes_happen(tmp_path, account, partition, says):
    (tmp_path / "plan.json").write_text(json.dumps(plan()))
    read = _approval.Approved(str(tmp_path / "plan.json"))
    if not says:
        read.check_account(account, partition)
        return
    with pytest.raises(Refused) as refused:
        read.check_account(account, partition)
    assert says in str(refused.value) and "changed nothing" in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=9
)


@given(st.dictionaries(st.text(), JSON))
def test_the_hash_does_not_depend_on_the_way_through_a_file_or_an_artifact(content):
    document = {**content, "resources": []}
    digest = _document.digest(document)
    assert _document.digest(json.loads(json.dumps(dict(reversed(document.items())), indent=1))) == digest
    assert _document.digest(_artifact.unpack(_artifact.pack(document))) == digest


def test_an_artifact_is_the_same_for_the_same_plan():
    assert _artifact.pack(plan()) == _artifact.pack(plan())
    assert _artifact.unpack(f"\n{_artifact.pack(plan())[:40]}\n {_artifact.pack(plan())[40:]} ") == plan()


TEXT = _artifact.pack(plan())


@pytest.mark.parametrize(
    "text",
    [
        TEXT[:-4],
        TEXT[: len(TEXT) // 2],
        TEXT[4:],
        "x" + TEXT,
        "{}",
        "é",
        base64.b64encode(b"plan").decode(),
        base64.b64encode(gzip.compress(b"no JSON")).decode(),
        base64.b64encode(gzip.compress(b"{}") + b"more").decode(),
        base64.b64encode(gzip.compress(b'"' + b"0" * (65 * 1024 * 1024) + b'"')).decode(),  # it would fill the memory
    ],
    ids=range(10),
)
def test_a_text_that_is_no_artifact(text):
    with pytest.raises(
        Refused, match="it is not a whole plan as playbooks/plan.yml -e plan_artifact=true hands it over"
    ):
        _artifact.unpack(text)


def test_a_plan_that_is_too_large_says_how_to_go_on():
    assert len(_artifact.pack(plan())) <= _artifact.LONGEST
    with pytest.raises(Refused, match=r"1 resources has \d+ characters .* 99 are allowed. Plan and apply in parts"):
        _artifact.pack(plan(), longest=99)


def said(variables, purpose="apply", writes=True, plans=False):
    settings = {"mtk_environment": "dev", "expected_account_id": ACCOUNT, **variables}
    run = approved.Given(settings, lambda value: value, plans=plans)
    return [str(fault) for fault in approved.faults(run, purpose, writes=writes, now=NOW)]


def test_a_file_and_an_artifact_of_the_same_plan(tmp_path):
    (tmp_path / "plan.json").write_text(json.dumps(plan(), indent=1))
    both = {"plan_file": str(tmp_path / "plan.json"), "mtk_plan_artifact": _artifact.pack(plan())}
    assert said(both) == []
    (fault,) = said({**both, "mtk_plan_artifact": _artifact.pack(at(minutes=9))})
    assert "they are different plans. Give one of them" in fault


def test_a_file_in_the_home_of_the_user(tmp_path, monkeypatch):
    """The command that a plan prints keeps the shell from expanding ~."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "plan.json").write_text(json.dumps(plan()))
    assert said({"plan_file": "~/plan.json"}) == []
    path = approved.path(approved.Given({"plan_file": "~/plan.json"}, str, plans=False))
    assert _approval.Approved(path).path == str(tmp_path / "plan.json")


def test_a_file_without_a_plan(tmp_path):
    (tmp_path / "plan.json").write_text("[]")
    (fault,) = said({"plan_file": str(tmp_path / "plan.json")})
    assert "the file does not contain a plan" in fault


def test_plan_yml_and_drift_yml_ignore_an_artifact_that_they_inherit():
    assert said({"mtk_plan_artifact": "x", "plan_required": True}, plans=True) == []
    (fault,) = said({"mtk_plan_artifact": "x"})
    assert fault.startswith("mtk_plan_artifact is 'x'; it is not a whole plan") and "-e plan_artifact=true" in fault
    (fault,) = said({"mtk_plan_artifact": "x" * 99})
    assert "x" * 20 not in fault and "(99 characters)" in fault


@pytest.mark.parametrize("value", [True, "true", "yes", "ture", ["true"]])
def test_a_required_plan(value):
    (fault,) = said({"plan_required": value})
    assert "neither plan_file nor mtk_plan_artifact gives an approved plan. Start the workflow" in fault
    assert said({"plan_required": value}, writes=False) == [], "a run with --check writes nothing"
    assert said({"plan_required": value}, purpose="destroy") == [], "a deletion is confirmed by name"
    assert said({"plan_required": value, "mtk_plan_artifact": _artifact.pack(plan())}) == []
    assert len(said({"plan_required": value, "mtk_plan_artifact": ""})) == 1


def test_the_age_is_a_setting():
    old = {"mtk_plan_artifact": _artifact.pack(at(days=2))}
    assert len(said(old)) == 1 and said({**old, "plan_max_age": "604800"}) == []
    assert len(said({**old, "plan_max_age": "a week"})) == 1, "the check of the settings names the wrong value"


def test_a_plan_does_not_become_too_old_in_the_middle_of_its_apply(monkeypatch):
    run = approved.Given(
        {"mtk_plan_artifact": _artifact.pack(at(hours=25)), "mtk_environment": "dev"}, str, plans=False
    )
    monkeypatch.setattr(approved.RECORD, "began", NOW - timedelta(hours=2))
    assert approved.refusal(run, "apply", writes=True) == ""
    monkeypatch.setattr(approved.RECORD, "began", NOW)
    assert "it was made 25 h ago" in approved.refusal(run, "apply", writes=True)


@pytest.mark.parametrize(("of_play", "of_run", "counts"), [(True, None, False), (None, True, True), ("no", None, True)])
def test_only_a_play_says_that_an_approved_plan_does_not_contain_it(of_play, of_run, counts):
    variables = {"plan_required": True, "mtk_outside_of_plan": of_run}
    task = SimpleNamespace(get_play=lambda: SimpleNamespace(vars={"mtk_outside_of_plan": of_play}))
    assert (approved.given(variables, task, lambda value: value) is not None) == counts


def test_an_artifact_becomes_a_file_of_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(approved, "CACHE", str(tmp_path / "run"))
    run = approved.Given({"mtk_plan_artifact": _artifact.pack(plan())}, lambda value: value, plans=False)
    path = approved.path(run)
    assert path == approved.path(run) and json.loads((tmp_path / "run" / path).read_text()) == plan()
    assert (tmp_path / "run" / path).stat().st_mode & 0o777 == 0o600
    assert _approval.Approved(path).path == "mtk_plan_artifact", "messages name the variable"
    assert approved.path(approved.Given({}, lambda value: value, plans=False)) is None


def test_how_to_apply_in_a_job():
    runner = {"ANSIBLE_STDOUT_CALLBACK": "awx_display"}
    assert job.how_to_apply("ansible-playbook site.yml", {**runner, "JOB_ID": "7"}).startswith(
        "approve it in the workf"
    )
    for environ in ({}, runner, {"JOB_ID": "7"}):
        assert job.how_to_apply("ansible-playbook site.yml", environ) == "run: ansible-playbook site.yml"

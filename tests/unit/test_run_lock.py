"""Run locks as values: items, waits and who holds a lock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.mtk.backend.plugins.module_utils.domain._locks import (
    IPAM,
    SHARED_TIMEOUT,
    Entry,
    Run,
    entry_of,
    environment_lock,
    held,
    label,
    run_of,
)
from ansible_collections.mtk.backend.plugins.plugin_utils import run_lock

RUN = Run("0123456789ab", "dev", "us-east-1", "/tmp/x", 1, "2", "kim@laptop, process 1", "ansible-playbook site.yml")
ENTRY = Entry("environment/dev", 3, "0123456789ab", "kim", "arn", "command", "2026-01-02T03:04:05Z", 1767323165)


@pytest.mark.parametrize("entry", [ENTRY, Entry("environment/dev"), Entry("shared/ipam", 9)])
def test_an_item_holds_its_entry(entry):
    assert entry_of(entry.lock, entry.item()) == entry


def test_attributes_of_later_versions_are_ignored():
    assert entry_of("environment/dev", {**ENTRY.item(), "colour": {"S": "red"}}) == ENTRY
    assert entry_of("environment/dev", None) == Entry("environment/dev")


def test_a_lease_ends_at_its_time():
    ends = datetime.fromtimestamp(ENTRY.expires, UTC)
    assert ENTRY.is_expired(ends)
    assert not ENTRY.is_expired(datetime.fromtimestamp(ENTRY.expires - 1, UTC))


def test_a_run_travels_as_text():
    assert run_of(RUN.text()) == RUN
    assert run_of("") is None


@pytest.mark.parametrize(
    ("timeout", "environment", "shared"), [(None, 0, SHARED_TIMEOUT), (0, 0, 0), (60, 60, 60)], ids=str
)
def test_a_run_waits_for_what_environments_share(timeout, environment, shared):
    run = Run(**{**RUN.__dict__, "timeout": timeout})
    assert (run.seconds(environment_lock("dev")), run.seconds(IPAM)) == (environment, shared)


def test_a_refusal_says_when_the_lease_ends():
    assert "its lock expires by itself at 2026-01-02T03:06:05Z" in held(ENTRY, 0, "")
    assert "waiting" not in held(ENTRY, 0.5, "") and "also after waiting 61 s" in held(ENTRY, 61, "")
    assert label(IPAM) == "what environments share (ipam)"


@pytest.mark.parametrize(
    ("variables", "environ", "words"),
    [
        ({}, {}, "kim@laptop"),
        ({"awx_job_id": 7}, {}, "AWX job 7 (kim@laptop)"),
        ({"tower_job_id": 7, "tower_user_name": "ada"}, {"JOB_ID": "8"}, "AWX job 7 by ada (kim@laptop)"),
        ({"awx_job_id": 7, "awx_job_template_name": "t"}, {}, "AWX job 7 of template t (kim@laptop)"),
        ({}, {"AWX_JOB_ID": "7", "JOB_ID": "8"}, "AWX job 7 (kim@laptop)"),
        ({}, {"JOB_ID": "8"}, "AWX job 8 (kim@laptop)"),
    ],
)
def test_the_holder_is_a_person_or_a_job(variables, environ, words):
    assert run_lock.who(variables, environ, "kim@laptop") == words

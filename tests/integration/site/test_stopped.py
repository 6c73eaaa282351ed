"""A run that Ctrl-C or an error of Ansible has ended still says what was done, and what to run next."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest


def stop_after(aws, process, number):
    """Press Ctrl-C after a number of mutating calls, and return what the run showed."""
    deadline = time.monotonic() + 240
    while len(aws.mutating()) < number:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)  # polls the record of the calls
    os.killpg(process.pid, signal.SIGINT)
    shown = process.communicate(timeout=120)[0]
    assert process.returncode == 99, shown[-4000:]
    return " ".join(shown.split())


@pytest.mark.timeout(600)
def test_ctrl_c_in_a_deletion_says_what_is_gone_and_what_stands(aws, built, tmp_path):
    dev, out = built("dev"), tmp_path / "plan.json"
    process = dev.start("playbooks/destroy.yml", "-e", "confirm_environment=dev", "-e", f"plan_out={out}")
    text = stop_after(aws, process, 6)
    assert "The run was stopped here, by Ctrl-C or by an error of Ansible." in text
    assert "Deletion of dev: " in text and "run the same command again; it continues where this run stopped" in text
    document = json.loads(out.read_text())
    assert not document["complete"] and document["purpose"] == "destroy"
    gone = {entry["name"] for entry in document["resources"] if entry["action"] == "delete"}
    stands = {entry["name"] for entry in document["remaining"]}
    assert "dev_user_locations" in gone and "dev_us-east-1_vpc" in stands
    assert not gone & stands
    assert f"Not deleted yet: {len(document['remaining'])} of the planned resources." in text
    dev.destroy("-e", "lock_timeout=120")
    assert "no changes" in dev.destroy("--check").text


@pytest.mark.timeout(600)
def test_ctrl_c_in_an_apply_says_what_was_done(aws, site):
    dev = site("dev")
    text = stop_after(aws, dev.start("site.yml"), 8)
    assert "The run was stopped here" in text and "Apply of dev: " in text
    assert "+ ec2_ipam ipam" in text


def test_an_error_of_ansible_itself_does_not_hide_the_summary(built, tmp_path):
    dev = built("dev")
    playbook = tmp_path / "broken.yml"
    playbook.write_text(
        '- import_playbook: mtk.backend.site\n- hosts: "{{ nothing_of_this_name | mandatory }}"\n  tasks: []\n'
    )
    run = dev.play(str(playbook), "--check", expect=4)
    assert "Plan of dev: no changes" in run.text and "Incomplete" in run.text


def test_an_unreachable_host_does_not_hide_the_summary(built):
    ssh = ("-e", "ansible_connection=ssh", "-e", "ansible_host=127.0.0.1", "-e", "ansible_port=1")
    run = built("dev").play("site.yml", "--check", *ssh, expect=4)
    assert "x us-east-1, Read the account" in run.text and "Incomplete" in run.text

"""Files with plans and reports, and the directory of a run."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading

import pytest
from ansible_collections.mtk.backend.plugins.plugin_utils import files, run_directory

pytestmark = pytest.mark.timeout(60)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_for_its_owner_only(tmp_path):
    files.write(str(tmp_path / "plan.json"), "{}\n")
    assert (mode(tmp_path / "plan.json"), (tmp_path / "plan.json").read_text()) == (0o600, "{}\n")
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]


def test_an_existing_file_is_replaced_and_closed(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text("old")
    path.chmod(0o666)
    reader = path.open()
    files.write(str(path), "new")
    assert (mode(path), path.read_text()) == (0o600, "new")
    assert reader.read() == "old", "whoever reads the old file reads it to its end"
    reader.close()


def test_a_symbolic_link_stays_and_its_target_is_closed(tmp_path):
    target, link = tmp_path / "there" / "plan.json", tmp_path / "plan.json"
    target.parent.mkdir()
    target.write_text("old")
    target.chmod(0o644)
    link.symlink_to(target)
    files.write(str(link), "new")
    assert link.is_symlink()
    assert (mode(target), target.read_text()) == (0o600, "new")


def test_a_pipe_is_written_to(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    thread = threading.Thread(target=lambda: read.append(pipe.read_text()))
    thread.start()
    files.write(str(pipe), "new")
    thread.join(30)
    assert read == ["new"] and stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "plan.json"
    path.write_text("old")

    def fail(handle):
        raise OSError("no space")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="no space"):
        files.write(str(path), "new")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("plan.json", "old")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may keep another owner")
def test_root_keeps_the_owner_of_a_file(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text("old")
    os.chown(path, 12345, 12345)
    files.write(str(path), "new")
    assert (path.stat().st_uid, mode(path)) == (12345, 0o600)


@pytest.fixture
def dead():
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(30)
    return process.pid


@pytest.fixture
def left(tmp_path, dead):
    """Return ``left(process)``, which makes the directory of a run of that process."""

    def make(process=dead, locked=True, name="12345678"):
        path = tmp_path / f"ansible-local-{process}{name}" / "mtk.backend"
        path.mkdir(parents=True)
        (path / "answer").write_text("{}")
        if locked:
            (path / run_directory.LOCK).touch()
        return path

    return make


def test_the_directory_of_a_run_is_closed(tmp_path):
    path = tmp_path / "ansible-local-1x" / "mtk.backend"
    path.mkdir(parents=True, mode=0o755)
    os.close(run_directory.open_directory(str(path)))
    assert mode(path) == 0o700


def test_leftovers_of_killed_runs_are_removed(tmp_path, left):
    killed, other = left(), left(name="abcdefgh")
    (other.parent / "somebody-else").touch()
    own = tmp_path / f"ansible-local-{os.getpid()}abcdefgh" / "mtk.backend"
    handle = run_directory.open_directory(str(own))
    run_directory.remove_leftovers(str(own))
    os.close(handle)
    assert not killed.parent.exists()
    assert not other.exists() and other.parent.exists(), "what is not of this collection stays"
    assert own.exists()


def test_all_else_stays(tmp_path, left, dead):
    living, unlocked, own = left(os.getpid()), left(name="unlocked", locked=False), left(name="12340000")
    held = left(name="heldheld")
    handle = run_directory.open_directory(str(held))
    elsewhere = tmp_path / "elsewhere" / "mtk.backend"
    elsewhere.mkdir(parents=True)
    (elsewhere / run_directory.LOCK).touch()
    (tmp_path / f"ansible-local-{dead}linked_1").symlink_to(elsewhere.parent)
    inner = tmp_path / f"ansible-local-{dead}linked_2"
    inner.mkdir()
    (inner / "mtk.backend").symlink_to(elsewhere)
    before = sorted(tmp_path.rglob("*"))
    run_directory.remove_leftovers(str(own))
    os.close(handle)
    assert sorted(tmp_path.rglob("*")) == before
    assert living.exists() and unlocked.exists() and held.exists()


def test_a_run_whose_worker_lives_is_not_removed(tmp_path, left):
    """The parent was killed and its number is free, but a worker still uses the cache."""
    held = left()
    code = f"import fcntl, sys; f = open({str(held / run_directory.LOCK)!r}); fcntl.flock(f, fcntl.LOCK_SH);"
    code += "print('locked', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdout.readline() == b"locked\n"
        run_directory.remove_leftovers(str(left(name="own_own_")))
        assert held.exists()
        worker.stdin.close()
        worker.wait(30)
    run_directory.remove_leftovers(str(left(name="own_ow2_")))
    assert not held.exists()


def test_a_home_that_does_not_exist_is_no_error(monkeypatch):
    monkeypatch.setenv("HOME", "/home/kim")
    assert str(files.expanded("~/plan.json")) == "/home/kim/plan.json"
    assert str(files.expanded("~no-such-user/plan.json")) == "~no-such-user/plan.json"

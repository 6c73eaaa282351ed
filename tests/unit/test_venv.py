"""scripts/venv.sh and scripts/install.py, with an installer that only pretends to install."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import install
import pytest

ROOT = Path(__file__).parents[2]
FAKE_UV = """#!/bin/sh
echo "$@" >> calls
case "$1" in
  --version) exit 0 ;;
  venv)
    "$4" -m venv --without-pip .venv || exit 1
    for name in ansible-playbook aws; do
      printf '#!%s/.venv/bin/python\\nprint("of python")\\n' "$PWD" > .venv/bin/$name && chmod +x .venv/bin/$name
    done
    exit 0 ;;
esac
cat script | sh
"""


@pytest.fixture
def checkout(tmp_path):
    """Return a directory with the scripts, the lock files, and a uv that runs the file `script` to install."""
    for name in ("scripts/venv.sh", "scripts/install.py", "requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/uv").write_text(FAKE_UV)
    (tmp_path / "bin/uv").chmod(0o755)
    (tmp_path / "bin/python3").symlink_to(sys.executable)
    (tmp_path / "script").write_text("")
    return tmp_path


def start(checkout, kind="run"):
    path = [checkout / ".venv/bin", checkout / "bin", "/usr/bin", "/bin"]  # as in the Makefile
    environ = {"PATH": ":".join(map(str, path)), "HOME": str(checkout)}
    return subprocess.Popen(
        ["sh", "scripts/venv.sh", kind],
        cwd=checkout,
        env=environ,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=interruptible,
    )


def interruptible():
    """Let SIGINT end the program, as on a terminal. A shell ignores it in what it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(checkout, kind="run", code=0):
    process = start(checkout, kind)
    text, _ = process.communicate(timeout=60)
    assert process.returncode == code, text
    return text


def calls(checkout):
    return [line.split()[0] for line in (checkout / "calls").read_text().splitlines() if line != "--version"]


def test_the_environment_is_made_once_and_extended_for_tests(checkout):
    assert "packages for Python 3." in run(checkout)
    assert run(checkout) == "", "nothing is left to do"
    assert calls(checkout) == ["venv", "pip"]
    assert "Adding packages in .venv, to run tests and checks" in run(checkout, "dev")
    assert run(checkout, "dev") == run(checkout) == ""
    assert calls(checkout) == ["venv", "pip", "pip"]


def test_another_lock_file_makes_a_new_environment(checkout):
    run(checkout)
    (checkout / "requirements.txt").write_text("nothing==1.0\n")
    text = run(checkout)
    assert "1 packages" in text and "is removed first" in text
    assert calls(checkout) == ["venv", "pip", "venv", "pip"]


def test_a_moved_checkout_gets_a_new_environment(checkout):
    run(checkout)
    there = checkout.with_name("moved to here")
    checkout.rename(there)
    assert "is removed first" in run(there)
    assert run(there) == ""
    script = subprocess.run([there / ".venv/bin/aws"], text=True, capture_output=True, check=True, timeout=60)
    assert script.stdout == "of python\n", "the kernel accepts no path with spaces in the first line"
    (there / ".venv").rename(there / "other")
    (there / ".venv").symlink_to(there / "other")
    assert run(there) == "", "a link to an environment stays"


def test_an_interrupted_installation_is_repaired_by_the_next_run(checkout):
    os.mkfifo(checkout / "ready")
    (checkout / "script").write_text("echo go > ready; exec sleep 100\n")
    process = start(checkout)
    (checkout / "ready").read_text()
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
    text, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and "Interrupted. Run the same command again" in text and "Traceback" not in text
    assert not (checkout / ".venv/run").exists()
    (checkout / "script").write_text("")
    assert "interrupted installation is removed first" in run(checkout)
    assert (checkout / ".venv/run").exists()


def test_a_failed_installation_says_why_and_is_repaired_by_the_next_run(checkout):
    (checkout / "script").write_text(
        "echo 'error: Failed to fetch: https://pypi.org/simple/ansible/: dns error'; exit 2\n"
    )
    text = run(checkout, code=1)
    assert (
        "dns error" in text and "The package index cannot be reached" in text and "run the same command again" in text
    )
    (checkout / "script").write_text("")
    run(checkout)


def test_two_commands_at_once_fill_the_environment_once(checkout):
    os.mkfifo(checkout / "ready")
    os.mkfifo(checkout / "go")
    (checkout / "script").write_text("echo > ready; cat go\n")
    first = start(checkout)
    (checkout / "ready").read_text()
    second = start(checkout)
    assert second.stdout and "Waiting until it has ended" in second.stdout.readline()
    (checkout / "go").write_text("\n")
    assert first.wait(60) == second.wait(60) == 0
    for process in (first, second):
        process.communicate()
    assert calls(checkout) == ["venv", "pip"]


def test_without_python_the_message_names_the_package(checkout):
    (checkout / "bin/python3").unlink()
    for name in ("sh", "cksum", "cat", "dirname"):
        (checkout / "bin" / name).symlink_to(shutil.which(name))
    command = [shutil.which("sh"), "scripts/venv.sh"]
    environ = {"PATH": str(checkout / "bin")}
    done = subprocess.run(command, cwd=checkout, env=environ, text=True, capture_output=True, check=False, timeout=60)
    assert done.returncode == 1 and "apt-get install python3 python3-venv" in done.stderr


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ProxyError('Cannot connect to proxy.', ...)", "The proxy does not answer"),
        ("error: tunnel error: unsuccessful", "The proxy does not answer"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT=FILE"),
        ("invalid peer certificate: UnknownIssuer", "SSL_CERT_FILE=FILE"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not the one of the lock file"),
        ("NewConnectionError: [Errno -3] Temporary failure in name resolution", "cannot be reached"),
        ("ReadTimeoutError: Read timed out.", "cannot be reached"),
        ("[Errno 13] Permission denied: '/srv/.venv'", "cannot be written"),
        ("Error: No module named 'venv'", "apt-get install python3-venv"),
        ("The virtual environment was not created: ensurepip is not available.", "apt-get install python3-venv"),
        ("ERROR: No matching distribution found for boto3==1.44.5", "the mirror may be incomplete"),
        ("something else", ""),
    ],
)
def test_a_failure_is_explained(output, words):
    assert words in install.advice(output) and bool(words) == bool(install.advice(output))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Collecting ansible==12.3.0 (from -r requirements.txt (line 3))", "fetching ansible"),
        ("  Downloading ansible-12.3.0-py3-none-any.whl (53.1 MB)", "downloading ansible (53.1 MB)"),
        ("Downloading botocore (14.2MiB)", "downloading botocore (14.2MiB)"),
        ("WARNING: Retrying (Retry(total=4, connect=None)) after connection broken", "waiting for the package index"),
        ("Installing collected packages: a, b", "writing the files of all packages, the longest step"),
        ("Prepared 40 packages in 3.2s", "writing the files of 40 packages"),
        ("Requirement already satisfied: a", ""),
    ],
)
def test_the_progress_names_the_step(line, words):
    assert install.step(line) == words


def test_the_progress_is_a_line_every_few_seconds(capsys):
    code = "for n in range(3): print(f'Collecting package{n}==1.0', flush=True)"
    install.run([sys.executable, "-c", code], "beginning", every=0)
    assert "0 s: fetching package2 ..." in capsys.readouterr().out
    with pytest.raises(install.Failed, match="no such package"):
        install.run([sys.executable, "-c", "import sys; print('no such package'); sys.exit(3)"], "beginning")
    assert capsys.readouterr().out == "", "a short installation prints nothing"


def test_the_checksum_is_that_of_the_shell(tmp_path):
    (tmp_path / "a").write_text("text")
    shell = subprocess.run(
        "cksum < a", shell=True, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert install.cksum(tmp_path / "a") == shell.stdout.strip()

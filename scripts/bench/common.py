"""The local AWS, a slow proxy in front of it, and timed runs, for all parts of the benchmark."""

from __future__ import annotations

import compileall
import contextlib
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import ansible
import ansible_collections
import botocore
import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLAYBOOK = str(Path(sys.executable).parent / "ansible-playbook")
KEYS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "emulator-secret-key",
    "AWS_EC2_METADATA_DISABLED": "true",
}
ACCOUNT = "123456789012"
RUN_SECONDS = 3600  # for one run: those with amazon.aws and with the delays of AWS take minutes
STILL = 5.0  # seconds without a heartbeat, which is due twice a second
CHANGED = re.compile(r"\bchanged=(\d+)")

Timed = tuple[float, float, float]  # seconds, seconds of CPU, peak memory in MB
Candidates = Mapping[str, Callable[[], Timed]]
Round = dict[str, Timed]


def environ(**extra: str) -> dict[str, str]:
    """Return the environment without variables of AWS and Ansible, in which Python writes its byte code."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ANSIBLE_", "MTK_", "PYTHONDONTWRITE"))}
    return {**kept, **KEYS, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), **extra}


def compile_all() -> None:
    """Compile the byte code of both sides, so that no measurement includes it."""
    for module in (ansible, botocore, ansible_collections):
        compileall.compile_dir(next(iter(module.__path__)), quiet=2, workers=2)
    compileall.compile_dir(ROOT / "plugins", quiet=2)


@contextlib.contextmanager
def process(*command: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, text=True, **options) as child:
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(timeout=60)
            except subprocess.TimeoutExpired:
                child.kill()


class Address(str):
    """The URL of a local AWS, with the token of its control interface."""

    token: str


@contextlib.contextmanager
def local_aws(directory: Path) -> Iterator[Address]:
    """Run the local AWS in a process of its own, and return its URL."""
    file = directory / "url"
    command = (sys.executable, "-m", "emulator", "--url-file", str(file))
    with process(*command, cwd=ROOT / "tests", env=environ(), stdout=subprocess.DEVNULL) as server:
        deadline = time.monotonic() + 60
        while not file.exists():
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The local AWS did not start; its error is above. Fix it, then run make bench again.")
            time.sleep(0.05)
        address = Address(file.read_text().strip())
        address.token = file.with_name("url.token").read_text().strip()
        yield address


def certificate(directory: Path) -> tuple[str, str]:
    """Create a certificate for loopback with its key, and a CA bundle of the usual size that trusts it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    chain, bundle = directory / "chain.pem", directory / "bundle.pem"
    chain.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain) + pem)
    bundle.write_bytes(Path(certifi.where()).read_bytes() + pem)
    return str(chain), str(bundle)


def control(url: Address, verb: str, path: str) -> Any:
    headers = {"Authorization": f"Bearer {url.token}"}
    request = urllib.request.Request(f"{url}/_local/{path}", method=verb, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def play(playbook: str | Path, *arguments: str, inventory: Path = ROOT / "inventories/prod") -> list[str]:
    return [PLAYBOOK, str(playbook), "-i", str(inventory), "-e", f"expected_account_id={ACCOUNT}", *arguments]


def run(command: list[str], env: dict[str, str]) -> tuple[Timed, str]:
    """Run a command that must succeed; return its time, the memory of its largest process, and its output."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    limit = threading.Timer(RUN_SECONDS, child.terminate)
    limit.daemon = True
    limit.start()
    text = child.stdout.read() if child.stdout else ""
    _, status, usage = os.wait4(child.pid, 0)
    limit.cancel()
    seconds = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(
            f"{text[-4000:]}\n{' '.join(command)} failed (exit code {child.returncode}). "
            "The end of its output is above. Fix the error, then run make bench again."
        )
    return (seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), text


def timed(command: list[str], env: dict[str, str]) -> Timed:
    return run(command, env)[0]


def idle(command: list[str], env: dict[str, str]) -> Timed:
    """Run a playbook that must change nothing; return its time and memory."""
    found, text = run(command, env)
    if not CHANGED.search(text) or sum(map(int, CHANGED.findall(text))):
        raise SystemExit(
            f"{text[-4000:]}\n{' '.join(command)} made changes, but must make none. "
            "The end of its output is above. Fix the playbook or the module, then run make bench again."
        )
    return found


@contextlib.contextmanager
def stalls() -> Iterator[list[float]]:
    """Collect the periods in which this process was suspended, in seconds."""
    found: list[float] = []
    over = threading.Event()

    def beat() -> None:
        last = time.time()
        while not over.wait(0.5):
            now = time.time()
            if now - last > STILL:
                found.append(now - last)
            last = now

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join(timeout=60)


@contextlib.contextmanager
def slow_way(aws: str, latency: float, trust: tuple[str, str]) -> Iterator[dict[str, str]]:
    """Start a slow proxy with its own cache of answers, and return the environment variables to use it."""
    chain, bundle = trust
    proxy = (sys.executable, str(HERE / "proxy.py"), aws.rsplit(":", 1)[1], str(latency), chain)
    with process(*proxy, stdout=subprocess.PIPE) as child:
        port = (child.stdout.readline() if child.stdout else "").strip()
        yield environ(AWS_ENDPOINT_URL=f"https://127.0.0.1:{port}", AWS_CA_BUNDLE=bundle)


def warm(candidates: Candidates) -> Candidates:
    """Run each candidate once, to fill the caches of the proxies."""
    for candidate in candidates.values():
        candidate()
    return candidates


def measure(candidates: Candidates, number: int) -> list[Round]:
    """Run each candidate once in each round, in a random order."""
    rounds = []
    for _ in range(number):
        names = list(candidates)
        random.shuffle(names)
        found = {name: candidates[name]() for name in names}
        rounds.append({name: found[name] for name in candidates})
    return rounds

#!/usr/bin/env python3
"""How fast a run that changes nothing is, beside plain boto3, as ratios of one run; docs/performance.md says how.

``python scripts/bench --latency 0.05 --rounds 5``. Every candidate runs once a round, in another order each time; a
figure is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
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
EMPTY = "- hosts: all\n  gather_facts: false\n  tasks: []\n"


def environ(**extra: str) -> dict[str, str]:
    """A shell without anything of AWS's or Ansible's, that lets Python write its byte code."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ANSIBLE_", "MTK_", "PYTHONDONTWRITE"))}
    return {**kept, **KEYS, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), **extra}


def compile_all() -> None:
    """Byte code for both sides, before anything is measured."""
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


@contextlib.contextmanager
def local_aws(directory: Path) -> Iterator[str]:
    """The local AWS in a process of its own: its URL."""
    file = directory / "url"
    command = (sys.executable, "-m", "emulator", "--url-file", str(file))
    with process(*command, cwd=ROOT / "tests", env=environ(), stdout=subprocess.DEVNULL) as server:
        while not file.exists():
            if server.poll() is not None:
                raise SystemExit("the local AWS did not start")
            time.sleep(0.05)
        yield file.read_text().strip()


def certificate(directory: Path) -> tuple[str, str]:
    """A certificate for loopback with its key, and a bundle of CAs as large as usual that trusts it."""
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


def control(url: str, verb: str, path: str) -> Any:
    with urllib.request.urlopen(urllib.request.Request(f"{url}/_local/{path}", method=verb)) as answer:
        return json.load(answer)


def play(playbook: str, *arguments: str) -> list[str]:
    inventory = ("-i", str(ROOT / "inventories/prod"), "-e", "expected_account_id=123456789012")
    return [PLAYBOOK, playbook, *inventory, *arguments]


def timed(command: list[str], env: dict[str, str]) -> tuple[float, float, float]:
    """Seconds, seconds of CPU and peak memory in MB of a command that has to succeed."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = child.stdout.read() if child.stdout else ""
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{text[-4000:]}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def report(title: str, rounds: list[dict[str, tuple[float, float, float]]], base: str) -> None:
    print(f"\n{title} (n = {len(rounds)})")
    for name in rounds[0]:
        wall, cpu = (statistics.median(r[name][i] / r[base][i] for r in rounds) for i in (0, 1))
        seconds, memory = (statistics.median(r[name][i] for r in rounds) for i in (0, 2))
        print(f"  {name:14} {wall:6.2f} x {base}   CPU {cpu:6.2f} x   ({seconds:.2f} s, {memory:.0f} MB)")


def measure(candidates: dict[str, Callable[[], tuple[float, float, float]]], number: int) -> list[dict[str, Any]]:
    rounds = []
    for _ in range(number):
        names = list(candidates)
        random.shuffle(names)
        found = {name: candidates[name]() for name in names}
        rounds.append({name: found[name] for name in candidates})
    return rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds a request; a connection takes twice that")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    compile_all()
    with tempfile.TemporaryDirectory() as scratch, local_aws(Path(scratch)) as aws:
        directory = Path(scratch)
        chain, bundle = certificate(directory)
        (directory / "empty.yml").write_text(EMPTY)
        direct = environ(AWS_ENDPOINT_URL=aws)
        creating = []
        for _ in range(3):  # what no delay of AWS's hides: create, then nothing to do
            control(aws, "POST", "reset")
            created = timed(play("site.yml"), direct)
            creating.append({"no-op": timed(play("site.yml"), direct), "create": created})
        report("Without any delay: create", creating, "no-op")
        control(aws, "DELETE", "calls")
        timed(play("site.yml"), direct)
        reads = [
            {k: c[k] for k in ("service", "operation", "region", "parameters")} for c in control(aws, "GET", "calls")
        ]
        file = directory / "reads.json"
        file.write_text(json.dumps(reads))
        proxy = (sys.executable, str(HERE / "proxy.py"), aws.rsplit(":", 1)[1], str(args.latency), chain)
        with process(*proxy, stdout=subprocess.PIPE) as slow:
            port = (slow.stdout.readline() if slow.stdout else "").strip()
            env = environ(AWS_ENDPOINT_URL=f"https://127.0.0.1:{port}", AWS_CA_BUNDLE=bundle)
            script = [sys.executable, str(HERE / "reads.py"), str(file)]
            candidates = {
                "R": lambda: timed([*script, "shared"], env),
                "N": lambda: timed([*script, "stock"], env),
                "no-op": lambda: timed(play("site.yml"), env),
                "check": lambda: timed(play("site.yml", "--check"), env),
                "empty play": lambda: timed(play(str(directory / "empty.yml")), env),
            }
            for candidate in candidates.values():
                candidate()  # once, for the proxy to know the answers
            rounds = measure(candidates, args.rounds)
        title = f"prod, {len(reads)} calls, https, {args.latency * 1000:.0f} ms a request"
        report(title, rounds, "R")
        ratio = statistics.median(r["check"][0] / r["no-op"][0] for r in rounds)
        print(f"  check / no-op: {ratio:.2f}")


if __name__ == "__main__":
    main()

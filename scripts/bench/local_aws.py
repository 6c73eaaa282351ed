#!/usr/bin/env python3
"""Compare the local AWS with moto's own server: time to the first answer, and calls per second.

Both servers run at the same time, rounds alternate between them, and each figure is the median of the rounds' ratios.
"""

from __future__ import annotations

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

TESTS = Path(__file__).resolve().parents[2] / "tests"
ROUNDS, CALLS = 7, 150
KEYS = {"aws_access_key_id": "local", "aws_secret_access_key": "emulator-secret-key", "region_name": "us-east-1"}
KEY = {"user_id": {"S": "u"}}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def client(service: str, url: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=0.2)
    return boto3.client(service, endpoint_url=url, config=config, **KEYS)


@contextlib.contextmanager
def serving(module: str) -> Iterator[tuple[str, float]]:
    """Run a server in a process of its own; return its URL and the seconds until its first answer."""
    port = free_port()
    url, begun = f"http://127.0.0.1:{port}", time.perf_counter()
    environ = {**os.environ, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
    command = [sys.executable, "-m", module, *(["-p", str(port)] if module == "moto.server" else ["--port", str(port)])]
    server = subprocess.Popen(command, cwd=TESTS, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        sts = client("sts", url)
        while True:
            with contextlib.suppress(Exception):
                sts.get_caller_identity()
                break
            if server.poll() is not None or time.perf_counter() - begun > 120:
                raise SystemExit(
                    f"The server {module} did not start. Run it to see the error: cd tests && python -m {module}"
                )
            time.sleep(0.005)
        yield url, time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait(timeout=60)


def calls(url: str) -> dict[str, Callable[[], Any]]:
    """Create a few resources, and return the measured calls by name."""
    ec2, rds, dynamodb = client("ec2", url), client("rds", url), client("dynamodb", url)
    for number in range(3):
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
    dynamodb.create_table(
        TableName="bench",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "user_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "user_id", "KeyType": "HASH"}],
    )
    return {
        "ec2:DescribeVpcs": ec2.describe_vpcs,
        "ec2:DescribeSubnets": ec2.describe_subnets,
        "rds:DescribeDBClusters": rds.describe_db_clusters,
        "dynamodb:DescribeTable": lambda: dynamodb.describe_table(TableName="bench"),
        "dynamodb:PutItem": lambda: dynamodb.put_item(TableName="bench", Item=KEY),
        "dynamodb:GetItem": lambda: dynamodb.get_item(TableName="bench", Key=KEY),
    }


def rate(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    for _ in range(CALLS):
        call()
    return CALLS / (time.perf_counter() - begun)


def main() -> None:
    started = []
    for _ in range(ROUNDS):
        with serving("emulator") as (_, ours), serving("moto.server") as (_, theirs):
            started.append(ours / theirs)
    print("\nThe local AWS compared with moto's server")
    print(f"  {'start to the first answer':28} {statistics.median(started):.2f} x moto's time (less is faster)")
    with serving("emulator") as (ours, _), serving("moto.server") as (theirs, _):
        both = {
            name: (our_call, their_call)
            for (name, our_call), their_call in zip(calls(ours).items(), calls(theirs).values(), strict=True)
        }
        for name, (our_call, their_call) in both.items():
            our_call(), their_call()
            ratios = [rate(our_call) / rate(their_call) for _ in range(ROUNDS)]
            print(f"  {name:28} {statistics.median(ratios):.2f} x moto's calls per second (more is faster)")


if __name__ == "__main__":
    main()

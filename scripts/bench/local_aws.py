#!/usr/bin/env python3
"""How the local AWS compares with moto's own server, as ratios of one run: to the first answer, and calls a second.

Both servers run at the same time, rounds alternate between them, and each figure is the median of the rounds' ratios
(local AWS / moto; for calls a second, above 1 is faster).
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
    """A server in a process of its own: its URL, and how long it took to its first answer."""
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
            time.sleep(0.005)
        yield url, time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait()


def calls(url: str) -> dict[str, Callable[[], Any]]:
    """What is called: a few resources are there, as in an environment."""
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
    print(f"{'start to the first answer':28} {statistics.median(started):.2f} of moto's time")
    with serving("emulator") as (ours, _), serving("moto.server") as (theirs, _):
        both = {
            name: (call, calls_there)
            for (name, call), calls_there in zip(calls(ours).items(), calls(theirs).values(), strict=True)
        }
        for name, (here, there) in both.items():
            here(), there()
            ratios = [rate(here) / rate(there) for _ in range(ROUNDS)]
            print(f"{name:28} {statistics.median(ratios):.2f} of moto's calls a second")


if __name__ == "__main__":
    main()

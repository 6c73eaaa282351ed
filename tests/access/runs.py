"""The runs whose needs are recorded: every playbook that the policies are for, on accounts in several states."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from .recording import Recorded, Recorder, recording

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/data/access"
ENVIRONMENTS = ("dev", "qa", "prod")
HOME = "us-east-1"
REGIONS = {"dev": [HOME], "qa": [HOME, "us-west-2"], "prod": [HOME, "us-west-2", "eu-west-1"]}
# The region that remove_region.yml removes. That of dev is added to the inventory first.
LEAVING = {"dev": "eu-central-1", "qa": "us-west-2", "prod": "eu-west-1"}
SLOTS = {"us-east-1": 0, "us-west-2": 1, "eu-west-1": 2, "eu-central-1": 3}
GLOBAL = {"aurora_global": True, "aurora_serverless_v2_min_capacity": 0.5, "ipam_vpc_region_slots": SLOTS}
# What an operator changes: retention, capacities, parameters, backups and tags.
CHANGES: dict[str, Any] = {
    "aurora_backup_retention_period": 21,
    "aurora_log_retention_in_days": 90,
    "aurora_parameters": {"log_min_duration_statement": 500},
    "aurora_serverless_v2_max_capacity": 16,
    "ipam_vpc_flow_log_retention_in_days": 90,
    "dynamodb_global_point_in_time_recovery_days": 21,
    "mtk_tags": {"Cost": "operations"},
}
# Growth, which the builder makes.
GROWTH: dict[str, Any] = {"aurora_instance_count": 2, "ipam_vpc_nat_gateway_mode": "per_zone"}


def inventory(
    environment: str, directory: Path, *, without: str = "", more: str = "", was_global: bool = False
) -> Path:
    """Write a copy of an inventory without a region, or with another one, and return its directory.

    Another region makes the database global; ``was_global`` keeps that setting, and the slot of the other region.
    """
    copy = directory / environment
    shutil.copytree(ROOT / "inventories" / environment, copy)
    hosts = yaml.safe_load((copy / "hosts.yml").read_text())
    groups = hosts["all"]["children"]
    if without:
        groups["secondary"]["hosts"].pop(without)
    if more:
        regions = {"primary": [HOME], "secondary": [more], "network": [HOME, more], "database": [HOME, more]}
        groups = {name: {"hosts": dict.fromkeys(names)} for name, names in regions.items()}
    (copy / "hosts.yml").write_text(yaml.safe_dump({"all": {"children": groups}}))
    if more or was_global:
        (copy / "group_vars/all/zz.yml").write_text(yaml.safe_dump(GLOBAL))
    return copy


def removal(environment: str) -> list[str]:
    """Return the arguments of remove_region.yml."""
    region = LEAVING[environment]
    return ["-e", f"region={region}", "-e", f"confirm_region={region}", "-e", "destroy_allowed=true"]


def destruction(environment: str) -> list[str]:
    """Return the arguments of destroy.yml. prod is protected, and needs a consent more."""
    return [
        "-e",
        f"confirm_environment={environment}",
        "-e",
        f"outputs_ssm_prefix={prefix(environment)}",
        *(["-e", "destroy_allowed=true"] if environment == "prod" else []),
    ]


def prefix(environment: str) -> str:
    """Return the path of the SSM parameters with the outputs."""
    return f"/mtk/{environment}"


def publication(environment: str) -> list[str]:
    """Return the arguments of outputs.yml that writes the SSM parameters."""
    return ["-e", f"outputs_ssm_prefix={prefix(environment)}", "-e", "outputs_ssm=true"]


def in_all_regions(needs: Collection[Recorded], regions: Collection[str]) -> set[Recorded]:
    """Return the needs as if every region had listed the global clusters.

    The answer is the same in all of them, so a run asks once, in the region that happens to come first.
    """
    keys = [(("aws:RequestedRegion", (region,)),) for region in regions]
    listing = [need for need in needs if need.action == "rds:DescribeGlobalClusters"]
    return {*needs} - {*listing} | {Recorded(each.action, each.resource, key) for each in listing for key in keys}


class Recording:
    """The recording of one environment on a local AWS."""

    def __init__(self, aws: Any, recorder: Recorder, environment: str, directory: Path, only: Collection[str]) -> None:
        from integration.site.conftest import Site

        self.aws, self.recorder, self.environment, self.directory = aws, recorder, environment, directory
        self.site = Site(aws, environment)
        self.source, self.only = "", only

    def play(self, run: str, playbook: str, *arguments: str, expect: int = 0) -> None:
        """Play a playbook and record its needs under the name of the run, together with those of earlier plays."""
        from integration.site.conftest import finish

        if self.only and run not in (*self.only, "site-empty", "site-wide", "outputs-ssm"):
            return
        words = self.site.command(playbook, *arguments)
        if self.source:
            words[3] = self.source
        if run in ("site-empty", "outputs-ssm"):
            self.recorder.needs.pop(run, None)
        self.recorder.run = run
        code, stdout, stderr = finish(words, cwd=ROOT, env=self.site.environ())
        self.recorder.run = ""
        assert code == expect, (run, words, (stdout + stderr)[-6000:])
        needs = self.recorder.needs
        needs[run] = in_all_regions(needs[run], REGIONS[self.environment])
        print(self.environment, run, flush=True)
        (DATA / f"{self.environment}.json").write_text(written(self.recorder.needs), encoding="utf-8")

    def restore(self, name: str) -> None:
        self.aws.control.load(name)
        self.aws.control.enforce_iam()

    def record(self) -> None:
        environment = self.environment
        self.aws.client("ec2").describe_vpcs()  # loads the services, which takes seconds
        if environment == "dev" and set(self.only) == {"remove_region"}:  # which begins on an empty account
            self._removal()
            return
        self.aws.control.reset()
        self.aws.control.enforce_iam()
        self.play("plan-empty", "playbooks/plan.yml")
        self.play("site-empty", "site.yml")
        self.aws.control.save("built")
        self.play("plan", "playbooks/plan.yml")
        self.play("site", "site.yml")
        self.play("outputs", "playbooks/outputs.yml")
        self.play("topology", "playbooks/topology.yml", "-e", f"topology_html={self.directory / 'topology.html'}")
        self.play("drift", "playbooks/drift.yml")
        self.play("change", "site.yml", "-e", json.dumps(CHANGES))
        self.restore("built")
        self.play("outputs-ssm", "playbooks/outputs.yml", *publication(environment))
        self.play("destroy", "playbooks/destroy.yml", *destruction(environment))
        self._removal()
        self.restore("built")
        self.play("grow", "site.yml", "-e", json.dumps(GROWTH))
        self._repairs()

    def _repairs(self) -> None:
        for number, drifts in enumerate(batches(self.environment)):
            self.restore("built")
            for each in drifts:
                each.do(self.aws, self.environment)
            if not number:
                self.play("repair-plan", "playbooks/drift.yml", expect=2)
            self.play("repair", "site.yml")

    def _removal(self) -> None:
        region = LEAVING[self.environment]
        if self.only and "remove_region" not in self.only:
            return
        if self.environment == "dev":
            self.aws.control.reset()
            self.aws.control.enforce_iam()
            self.source = str(inventory("dev", self.directory / "wide", more=region))
            self.play("site-wide", "site.yml")
            self.source = str(inventory("dev", self.directory / "narrow", was_global=True))
        else:
            self.restore("built")
            self.source = str(inventory(self.environment, self.directory / "narrow", without=region))
        self.play("remove_region", "playbooks/remove_region.yml", *removal(self.environment))
        self.source = ""


MOST_BATCHES = {"dev": 3, "prod": 1}  # the first hold most of the drifts


def batches(environment: str) -> list[list[Any]]:
    """Return the drifts of the catalogue that an apply repairs, in groups that do not interfere."""
    from integration.site.drifts import NETWORKS, catalogue

    if environment not in NETWORKS:
        return []
    found: list[list[Any]] = []
    for drift in catalogue(environment):
        if drift.foreign or drift.observed or drift.region != HOME:
            continue
        place = next((each for each in found if not any(drift.interferes(other) for other in each)), None)
        if place is None:
            place = []
            found.append(place)
        place.append(drift)
    return found[: MOST_BATCHES[environment]]


def known(environment: str) -> dict[str, set[Recorded]]:
    """Return the recorded needs of an environment by run."""
    data = json.loads((DATA / f"{environment}.json").read_text(encoding="utf-8"))
    needs = [
        Recorded(action, resource, tuple((key, tuple(values)) for key, values in keys.items()))
        for action, resource, keys in data["needs"]
    ]
    return {run: {needs[number] for number in numbers} for run, numbers in data["runs"].items()}


def written(runs: Mapping[str, Collection[Recorded]]) -> str:
    """Return the needs of all runs as text: each need once, and for each run the numbers of its needs."""
    every = {need for found in runs.values() for need in found}
    needs = sorted(every, key=lambda need: (need.action, need.resource, need.keys))
    number = {need: index for index, need in enumerate(needs)}
    rows = ",\n".join(json.dumps([need.action, need.resource, dict(need.keys)]) for need in needs)
    listed = {run: sorted(number[need] for need in found) for run, found in sorted(runs.items())}
    lines = ",\n".join(f"{json.dumps(run)}: {json.dumps(found)}" for run, found in listed.items())
    return f'{{"needs": [\n{rows}\n],\n"runs": {{\n{lines}\n}}}}\n'


def record(environment: str, only: Collection[str] = ()) -> None:
    """Record the runs of an environment on a local AWS of this process, and write them to a file after each run.

    With ``only``, other runs stay as they were recorded, but for the first apply.
    """
    from conftest import Aws
    from emulator.server import Server

    with Server() as server, recording() as recorder, TemporaryDirectory() as directory:
        recorder.needs = {run: found for run, found in known(environment).items() if run not in only} if only else {}
        Recording(Aws(server.url, server.token), recorder, environment, Path(directory), only).record()


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    for argument in sys.argv[1:] or ENVIRONMENTS:
        name, _, runs = argument.partition(":")
        record(name, runs.split(",") if runs else ())

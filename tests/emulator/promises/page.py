"""Makes docs/developing/local-aws.md from the promises: ``python -m emulator.promises.page > ../docs/developing/local-aws.md``."""

from __future__ import annotations

from collections.abc import Iterator

from . import Rule, Service, services

HEAD = """\
# The local AWS

What `make demo` and every test run against: [moto](https://github.com/getmoto/moto) as a library, extended by `tests/emulator`.
It is the project's judge, so it is held to the truth: what it does not promise here, it refuses with an error that says so
(`The local AWS does not implement ...`), and each promise is proved by a test in `tests/contract`. This page is made from
`tests/emulator/promises` (`make docs`).

## Its own interface

| Request | |
|---|---|
| `GET /_local/health` | whether it is there, its clock, scale and lag |
| `GET /_local/calls?since=0&mutating=true` | the call log: service, operation, region, mutating or not, status, AWS's error code, when (`time`), and how long what began with it takes by the state it ends in (`takes`), in AWS's seconds |
| `POST /_local/reset` | an empty account; no lag, no faults |
| `POST /_local/save?path=`, `POST /_local/load?path=` | all of it into a file, and back |
| `POST /_local/clock?scale=0.01`, `?advance=3600` | how many real seconds a second of AWS takes (0: what takes time is done at once); move the clock |
| `POST /_local/lag?reads=3` | after a write, the next reads of that service in that region see what was there before |
| `POST /_local/traffic?region=us-east-1&table=orders&read=20&write=80` | from now on the table, or its `index`, consumes so many units a second, and auto scaling follows; it never moves what it was told nothing about |
| `POST /_local/faults?service=ec2&operation=CreateVpc&effect=throttle&times=2` | what befalls the next calls: `throttle`; `error` with `code` and `message`; `late` by `seconds`; `lost` (done, and the connection breaks before the answer); `fail` (accepted, and what it makes ends in `state` with `message` as the reason). `region` narrows it. |
| `GET /_local/faults`, `DELETE /_local/faults` | what is still to come; nothing |

Requests run one after another, so 16 clients at once lose no update and get no block twice. A request is checked in this order:
is the operation promised, are its parameters, does the service's own model (botocore's) allow the values, and then by the
service. Who may do what is not checked: every key is the account's owner.

## Sources

Rules come from these; a rule that real AWS was never asked about here says where it was read.

| | |
|---|---|
| B | botocore's service models |
| G | VPC IPAM User Guide |
| V | VPC User Guide and EC2 API Reference |
| A | Aurora User Guide and RDS API Reference |
| D | DynamoDB Developer Guide and API Reference |
| S | Application Auto Scaling User Guide and API Reference |
| K | KMS, CloudWatch (Logs), Secrets Manager, IAM and Tagging API references |
| T | the error handling of terraform-provider-aws, which meets real AWS every day |
| L | published probes of real AWS by one author |
| I | public issues |
| known | general knowledge, confirmed by none of the others |
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD, *(_service(name, service) for name, service in services().items())]
    return "\n".join(parts)


def _service(name: str, service: Service) -> str:
    operations = ", ".join(f"`{operation}`" for operation in sorted(service.operations))
    kept = [rule for rule in service.rules if not rule.missing]
    missing = [rule for rule in service.rules if rule.missing]
    lines = [f"## {service.title} (`{name}`)", "", f"{len(service.operations)} operations: {operations}.", ""]
    lines += _table("Rule", kept)
    lines += _table("Not implemented, and refused", missing)
    return "\n".join(lines)


def _table(title: str, rules: list[Rule]) -> Iterator[str]:
    if not rules:
        return
    yield from (f"| {title} | Source |", "|---|---|")
    yield from (f"| {rule.text} | {rule.source} |" for rule in rules)
    yield ""


if __name__ == "__main__":
    print(page().rstrip())

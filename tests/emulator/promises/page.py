"""Generate docs/developing/local-aws.md from the rules: ``python -m emulator.promises.page > ../docs/developing/local-aws.md``."""

from __future__ import annotations

from collections.abc import Iterator

from .. import tiers
from ..quotas import TABLE
from . import Rule, Service, services

INTRODUCTION = """\
# The local AWS

`make demo` and all tests run against the local AWS: [moto](https://github.com/getmoto/moto) as a library, extended by
`tests/emulator`. It must not be more permissive than AWS. A test in `tests/contract` proves each rule on this page. `make docs`
generates the page from `tests/emulator/promises`.

## Three tiers

Every operation belongs to one of three tiers. Each entry of the call log names the tier of its call (`tier`).

| Tier | Operations | What happens |
|---|---|---|
| `promised` | Those with a row in `tests/emulator/promises`. | Answered as AWS answers, by the rules on this page. A parameter that the row does not name is refused, unless its value is AWS's default. |
| `unverified` | Those that moto serves and that have no row, of all of moto's services. | Off: refused with the way to switch the tier on. On: passed on to moto, whose answer nobody here has checked. |
| `refused` | Those that moto lacks, and those in the table below. | Refused: `The local AWS does not implement ...`. |

The tier `unverified` is for people and other collections that rehearse next to this one. `make local` and `make demo` start with
it on; `python -m emulator --unverified` and `POST /_local/tier?unverified=true` switch it on, too. Tests run with it off, and an
integration test in which a run makes an unverified call fails. A parameter without a row of a promised operation is unverified if
moto alone serves the operation. Where a method of this package serves it, the parameter is refused, because it would be ignored.

A parameter without a row is accepted and dropped if its value is AWS's default (`tests/emulator/promises/defaults.py`), because a
client that sends every parameter asks for no more than one that sends none. So are empty lists and structures.

To promote an operation: write its row with its parameters in `tests/emulator/promises/<service>.py`, its rules with their sources,
and a test in `tests/contract` for each rule, for each parameter, and for AWS's refusals, states and lag. Override in
`tests/emulator/<service>` only what moto does wrong. A whole run of `tests/contract` fails if a row or a rule has no test.

The emulator that AWS publishes answers other questions: [which of the two to use](aws-emulator.md).

## Its own interface

Every request but `GET /_local/health` needs the token of the server, which is in the file of the URL with the ending
`.token`: `curl -X POST -H "Authorization: Bearer $(cat .local-aws/url.token)" "$(cat .local-aws/url)/_local/reset"`. The server
listens on loopback only. It refuses requests with another `Host` than its own and requests of web pages of other origins, also those
to AWS's services. What it refuses here has HTTP status 403 or 400 and a sentence in the field `error`.

| Request | Effect |
|---|---|
| `GET /_local/health` | Returns the status, clock, scale and lag, and whether the tier `unverified` is on. |
| `GET /_local/calls?since=0&mutating=true`, `DELETE /_local/calls` | Returns the call log, or empties it. Each call has its service, operation, region, tier, parameters, HTTP status, AWS's error code and virtual time (`time`), whether it is mutating, and the duration of the changes that it started (`takes`): AWS's seconds by final state. |
| `POST /_local/reset` | Empties the account and the call log, sets the clock to the real time, and removes lag, faults, changed quotas, enabled Regions and what zones lack. |
| `POST /_local/save?name=`, `POST /_local/load?name=` | Saves the whole state under a name, or loads it. States are files in the directory of the server (`--state-dir`, by default the file of the URL with the ending `.state`), and `--state NAME` loads one at the start. A file that this directory's key did not sign is refused, because a state can run code when it is loaded. |
| `POST /_local/clock?scale=0.01`, `?advance=3600` | Sets the number of real seconds that one second of AWS takes (with 0, changes finish at once), or moves the clock forward, with a negative number backward. |
| `POST /_local/lag?reads=3` | After each write, makes the next reads of the same service and region return the state from before the write. |
| `POST /_local/region?name=ap-east-1&enabled=true` | Enables or disables a Region that needs an opt-in. A new account has none of these. |
| `POST /_local/zone?name=us-east-1c&lacks=db.r7g.large` | Lets a zone lack a class, an endpoint service (`com.amazonaws.us-east-1.kms`) or `nat-gateway`. `lacks` can be given several times. |
| `POST /_local/quota?name=vpcs&value=10` | Changes one of the [quotas](#quotas) of the account in all Regions, and returns all of them. |
| `POST /_local/tier?unverified=true` | Passes unverified operations on to moto, or with `false` refuses them. A reset keeps the switch. |
| `POST /_local/iam?enforce=true` | Evaluates IAM's policies for every key but `local`, or stops it (`enforce=false`). A reset stops it. |
| `POST /_local/partition?name=aws-us-gov` | Replaces the account by an empty one in the partition `aws`, `aws-us-gov` (GovCloud) or `aws-cn` (China), as `--partition` does at the start. Keys of an account are valid only in the Regions of its partition. |
| `POST /_local/traffic?region=us-east-1&table=orders&read=20&write=80` | Sets the units per second that the table, or its `index`, consumes from now on. Auto scaling follows this consumption, and does not follow the consumption of any other table. |
| `POST /_local/faults?service=ec2&operation=CreateVpc&effect=throttle&times=2` | Injects a fault into the next calls: `throttle` refuses them; `denied` refuses them as those of a caller without permission; `error` returns `code` and `message`; `late` delays the answer by `seconds`; `silent` executes the call and does not answer until the client closes the connection; `lost` executes the call and breaks the connection before the answer; `broken` executes the call and answers with the error `code`; `fail` accepts the call, but its resource ends in `state` with `message` as the reason. `region` limits the fault to a region, and `resource` to the calls that name a resource by its id, ARN, name or alias, in EC2 also by its tag `Name`. The operation `*` is every operation of the service, and `times=always` every call to come. With `service=*&operation=*`, the fault is one of every request that changes something, the first `times` that it is sent. |
| `GET /_local/faults`, `DELETE /_local/faults` | Returns the remaining faults, or removes them. |

Requests run one after another, so 16 concurrent clients lose no update and never get the same block twice. Each request passes
these checks in order: the account has enabled the Region, the tier of the operation and of its parameters is served, botocore's
model of the service allows the values, IAM allows the request if its policies are enforced, no quota is exceeded, and the service
accepts the request. Unless IAM's policies are enforced, only the policies of keys and the trust policies of roles are checked.

## Sources

Every rule names its sources. The rules were collected from these sources, not by calls to real AWS.

| Letter | Source |
|---|---|
| B | botocore's service models |
| G | VPC IPAM User Guide |
| V | VPC User Guide and EC2 API Reference |
| A | Aurora User Guide and RDS API Reference |
| D | DynamoDB Developer Guide and API Reference |
| S | Application Auto Scaling User Guide and API Reference |
| K | KMS, CloudWatch (Logs), Secrets Manager, IAM and Tagging API references |
| T | the error handling of terraform-provider-aws, which is used with real AWS every day |
| L | published probes of real AWS by one author |
| I | public issues |
| known | general knowledge that none of the other sources confirms |

## Quotas

Each value is AWS's default, and holds in every Region unless the name says otherwise.

| Name | Value | Refusal beyond it | Source |
|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    quotas = "".join(f"| `{q.name}` | {q.value:,} | `{q.code}`: {q.words} | {q.source} |\n" for q in TABLE)
    parts = [INTRODUCTION + quotas, *(_service(name, service) for name, service in services().items()), _unpromised()]
    return "\n".join(parts)


def _unpromised() -> str:
    others = [
        f"`{name}`: {_names(operations)}." for name in services() if (operations := tiers.unverified_operations(name))
    ]
    reasons: dict[str, list[str]] = {}
    for name, reason in tiers.DANGEROUS.items():
        reasons.setdefault(reason, []).append(name)
    return "\n".join(
        [
            "## Unverified operations\n",
            f"All operations that moto has of these services: {_names(tiers.unverified_services())}. A service is refused",
            "if a package that moto needs for it is not installed.\n",
            "These operations of the promised services:\n",
            *(f"- {line}" for line in others),
            "\n## Refused although moto has them\n",
            "| Operations | Reason |",
            "|---|---|",
            *(f"| {_names(names)} | moto has them, but {reason}. |" for reason, names in reasons.items()),
        ]
    )


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _service(name: str, service: Service) -> str:
    operations = _names(list(service.operations))
    implemented = [rule for rule in service.rules if not rule.missing]
    missing = [rule for rule in service.rules if rule.missing]
    lines = [f"## {service.title} (`{name}`)", "", f"{len(service.operations)} operations: {operations}.", ""]
    lines += _table("Rule", implemented)
    lines += _table("Not implemented (refused)", missing)
    return "\n".join(lines)


def _table(title: str, rules: list[Rule]) -> Iterator[str]:
    if not rules:
        return
    yield from (f"| {title} | Source |", "|---|---|")
    yield from (f"| {rule.text} | {rule.source} |" for rule in rules)
    yield ""


if __name__ == "__main__":
    print(page().rstrip())

# Copyright (c) MTK Backend contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outputs of an environment for people: a table, and commands to paste into a shell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.mtk.backend.plugins.module_utils.domain._outputs import is_built

WIDTH = 100
# The outputs that an apply shows at its end. playbooks/outputs.yml shows all.
BRIEF = (
    *("global_writer_endpoint", "writer_region", "vpc_id", "vpc_cidr_block", "nat_gateway_public_ips"),
    *("cluster_endpoint", "cluster_reader_endpoint", "database_name", "master_user_secret_arn", "table_name"),
)
# Values that look like those of the item contract, so that the commands work as they are.
_EXAMPLES = {"user_id": "u1", "lat_long": "52.520008,13.404954"}
Values = Mapping[str, Any]


def lines(outputs: Mapping[str, Any], names: Iterable[str] | None = None, *, commands: bool = True) -> list[str]:
    """Return the outputs as a table with a section for each region. ``names`` are the outputs to show; None for all.

    What does not exist is left out. Values and commands are never broken, so that they can be copied.
    """
    chosen = None if names is None else set(names)
    found = [f"Outputs of {outputs['environment']} (account {outputs['account']}, partition {outputs['partition']})"]
    sections = {"shared": outputs["shared"], **outputs["regions"]}
    for title, values in sections.items():
        shown = {
            name: value for name, value in values.items() if value is not None and (chosen is None or name in chosen)
        }
        offered = outputs["commands"].get(title, []) if commands else []
        if shown or offered:
            found += ["", f"  {title}", *_rows(shown)]
        for each in offered:
            found += [f"    {each['purpose']}:", f"      {each['command']}"]
    if not is_built(outputs):
        return [*found, "", "Nothing of the environment was found in the account. site.yml builds it."]
    return [*found, *_missing(outputs["missing"])]


def _rows(values: Values) -> Iterator[str]:
    width = max(map(len, values), default=0)
    for name, value in values.items():
        texts = list(_texts(value))
        prefixes = [f"    {name:{width}}  ", *[" " * (width + 6)] * (len(texts) - 1)]
        for prefix, text in zip(prefixes, texts, strict=True):
            if len(prefix) + len(text) <= WIDTH:
                yield prefix + text
            else:  # an ARN is longer than the rest of the line
                yield from (line for line in (prefix.rstrip(), " " * 6 + text) if line)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        width = max(map(len, value), default=0)
        yield from (f"{key:{width}}  {value[key]}" for key in sorted(value))
    elif isinstance(value, (list, tuple)):
        yield ", ".join(map(str, value))
    else:
        yield str(value)


def _missing(names: Sequence[str]) -> Iterator[str]:
    """Yield what the settings ask for and does not exist, by region."""
    by_section: dict[str, list[str]] = {}
    for each in names:
        section, name = each.split(".", 1)
        by_section.setdefault(section, []).append(name)
    if names:
        yield from ("", "Missing, because it is not built yet:")
    for section, missing in by_section.items():
        line = f"  {section}:"
        for position, name in enumerate(missing):
            word = f" {name}{',' if position < len(missing) - 1 else ''}"
            if len(line) + len(word) > WIDTH:
                yield line
                line = "   "
            line += word
        yield line


def commands(
    region: str, values: Values, shared: Values, table: Values, options: Sequence[str]
) -> list[dict[str, str]]:
    """Return commands for a region, each with its purpose.

    ``values`` and ``shared`` are the outputs. ``table`` has the hash keys of the indexes and the layout of the flag
    indexes. ``options`` are the options of the AWS CLI with which the run reached AWS.
    """
    aws = _Cli(region, options)
    found = [
        *_network(aws, values),
        *_database(aws, values, shared),
        *_table(aws, values, table),
    ]
    return [{"purpose": purpose, "command": command} for purpose, command in found]


class _Cli:
    """Writes commands of the AWS CLI for one region."""

    def __init__(self, region: str, options: Sequence[str]) -> None:
        self.region, self.options = region, options

    def __call__(self, service: str, operation: str, *arguments: str, shell: str = "") -> str:
        """Return a command. ``shell`` is what a shell has to expand, and stays as it is."""
        words = shlex.join(["aws", service, operation, "--region", self.region, *self.options, *arguments])
        return f"{words} {shell}" if shell else words


Command = tuple[str, str]


def _network(aws: _Cli, values: Values) -> Iterator[Command]:
    vpc = values.get("vpc_id")
    if vpc:
        in_vpc = ("--filters", f"Name=vpc-id,Values={vpc}")
        yield "List the subnets", aws("ec2", "describe-subnets", *in_vpc)
        yield "List the routes", aws("ec2", "describe-route-tables", *in_vpc)


def _database(aws: _Cli, values: Values, shared: Values) -> Iterator[Command]:
    cluster, secret = values.get("cluster_identifier"), values.get("master_user_secret_arn")
    if not cluster:
        return
    yield "Describe the cluster", aws("rds", "describe-db-clusters", "--db-cluster-identifier", cluster)
    of_cluster = ("--filters", f"Name=db-cluster-id,Values={cluster}")
    yield "List the instances", aws("rds", "describe-db-instances", *of_cluster)
    if shared.get("global_cluster_identifier"):
        named = ("--global-cluster-identifier", shared["global_cluster_identifier"])
        yield "Describe the global database", aws("rds", "describe-global-clusters", *named)
    password = ""
    if secret:
        read = aws("secretsmanager", "get-secret-value", "--secret-id", secret, "--query", "SecretString")
        yield "Read the password of the master user", f"{read} --output text"
        password = f"PGPASSWORD=$({read} --output text | jq -r .password) "
    secondary = shared.get("writer_region") not in (None, aws.region)
    host = values.get("cluster_reader_endpoint" if secondary else "cluster_endpoint")
    if host:
        where = f"host={host} port={values['cluster_port']} dbname={values.get('database_name') or 'postgres'}"
        tls = "sslmode=verify-full sslrootcert=global-bundle.pem"
        user = f"user={values['master_username']} " if values.get("master_username") else ""
        purpose = "Connect to the database from inside the VPC" + (", to read" if secondary else "")
        yield purpose, f'{password}psql "{where} {user}{tls}"'


def _table(aws: _Cli, values: Values, table: Values) -> Iterator[Command]:
    name = values.get("table_name")
    if not name:
        return
    yield "Describe the table", aws("dynamodb", "describe-table", "--table-name", name)
    for index, key in table["keys"].items():
        example = _EXAMPLES.get(key, _flag(table["layout"]))
        words = ["--table-name", name, *(["--index-name", index] if index else [])]
        words += ["--key-condition-expression", f"{key} = :{key}"]
        words += ["--expression-attribute-values", json.dumps({f":{key}": {"S": example}}), "--max-items", "10"]
        yield f"Query {f'the index {index}' if index else 'the table'} (an example)", aws("dynamodb", "query", *words)
    metric = ("--namespace", "AWS/DynamoDB", "--metric-name", "ConsumedReadCapacityUnits")
    window = '--start-time "$(date -u -d \'1 hour ago\' +%FT%TZ)" --end-time "$(date -u +%FT%TZ)"'
    of_table = ("--dimensions", f"Name=TableName,Value={name}", "--statistics", "Sum", "--period", "300")
    command = aws("cloudwatch", "get-metric-statistics", *metric, *of_table, shell=window)
    yield "Show the reads of the last hour", command


def _flag(layout: str) -> str:
    """Return a value of the key of a flag index, in the layout that the tag of the table names."""
    return "true#00" if layout.startswith("sharded") else "true"

"""``python -m emulator``: a local AWS on loopback."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .account import PARTITIONS
from .server import run
from .switches import PARTITION, UNVERIFIED

parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
parser.add_argument("--port", type=int, default=0, help="port on loopback (default: a free one)")
parser.add_argument("--scale", type=float, default=0.0, help="real seconds per second of AWS; 0: everything at once")
parser.add_argument("--url-file", type=Path, help="write the URL into this file once the server answers")
parser.add_argument("--call-log", type=Path, help="append each call to this file, as JSON lines")
parser.add_argument("--unverified", action="store_true", help="pass on to moto what the local AWS does not promise")
parser.add_argument("--state-dir", type=Path, help="directory of saved states (default: URL_FILE.state)")
parser.add_argument("--state", help="load the state that POST /_local/save wrote under this name")
parser.add_argument("--enforce-iam", action="store_true", help="evaluate IAM's policies, until the next reset")
parser.add_argument("--partition", choices=PARTITIONS, default="aws", help="the partition of the account")
args = parser.parse_args()
UNVERIFIED.on, PARTITION.name = args.unverified, args.partition
try:
    run(args.port, args.scale, args.url_file, args.call_log, args.state_dir, args.state, args.enforce_iam)
except ValueError as error:
    sys.exit(str(error))

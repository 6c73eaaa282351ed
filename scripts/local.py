#!/usr/bin/env python3
"""Start the local AWS, build an environment on it, or stop it."""

from __future__ import annotations

import argparse
import os
import sys
import urllib.error

import local_server as server
from local_demo import demo
from local_server import alone, say

ENVIRONMENTS = ("dev", "qa", "prod")
# Variables of the shell that would send runs elsewhere, and those that say where Ansible keeps its files.
OTHERS = ("MTK_LOCAL_AWS_URL", "MTK_PLAN_OUT")
KEPT = ("ANSIBLE_CONFIG", "ANSIBLE_HOME", "ANSIBLE_LOCAL_TEMP", "ANSIBLE_REMOTE_TEMP")


def start(scale: float) -> None:
    """Start the local AWS, and print what can be done with it."""
    with alone("make local"):
        server.start(scale)
    on = "-i inventories/dev -i inventories/local"
    say(f"""
Plan dev, and apply it:
  .venv/bin/ansible-playbook site.yml {on} --check
  .venv/bin/ansible-playbook site.yml {on}

Stop the local AWS, and delete what was built on it:
  make stop""")


def forget_the_shell() -> None:
    """Send the requests of this command and of its runs to the local AWS, whatever the user's shell is set up for.

    Its runs print what ansible.cfg says, too: a demo reads it.
    """
    for name in [name for name in os.environ if name.startswith(("AWS_", "ANSIBLE_")) or name in OTHERS]:
        if name not in KEPT:
            del os.environ[name]
    for name in ("NO_PROXY", "no_proxy"):
        others = [entry for entry in os.environ.get(name, "").split(",") if entry]
        os.environ[name] = ",".join([*others, "127.0.0.1"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["start", "stop", "demo"])
    parser.add_argument("--environment", choices=ENVIRONMENTS, default="prod")
    parser.add_argument(
        "--scale", type=float, default=0.0, help="real seconds per second of AWS's clock; 0: AWS finishes at once"
    )
    args = parser.parse_args()
    forget_the_shell()
    try:
        if args.command == "demo":
            demo(args.environment, args.scale)
        elif args.command == "start":
            start(args.scale)
        else:
            server.stop()
    except KeyboardInterrupt:
        sys.exit(130)
    except urllib.error.URLError as error:
        sys.exit(
            f"The local AWS does not answer ({error}). Its log is {server.LOG}. Run make stop, then the command again."
        )
    except BrokenPipeError:  # the reader of the output has ended, for example `make demo | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        sys.exit(
            f"{error}\nThe local AWS keeps its files in {server.HOME}. Make sure that you may write there and that the "
            "disk is not full, then run the command again."
        )


if __name__ == "__main__":
    main()

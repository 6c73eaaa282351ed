#!/usr/bin/env python3
"""Measure runs of playbooks as ratios, as docs/developing/performance.md describes.

``python scripts/bench --latency 0.05 --rounds 5 --only no-op,growth``. Every candidate runs once in each round, in a
random order; a figure is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import apply
import growth
import runs
from common import certificate, compile_all, local_aws, stalls

Part = Callable[[str, Path, tuple[str, str], argparse.Namespace], None]
PARTS: dict[str, Part] = {
    "create": runs.create,
    "no-op": runs.no_op,
    "amazon-aws": runs.amazon_aws,
    "latencies": runs.latencies,
    "growth": growth.growth,
    "critical-path": apply.critical_path,
}


def parts(text: str) -> list[str]:
    """Split a comma-separated list of parts."""
    chosen = text.split(",")
    unknown = [name for name in chosen if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; choose from {', '.join(PARTS)}")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=parts, default=list(PARTS), help=f"comma-separated parts of {','.join(PARTS)}")
    parser.add_argument(
        "--latency", type=float, default=0.05, help="seconds for each request; a connection takes twice as long"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rounds-a", type=int, default=2, help="rounds of the part amazon-aws, which takes minutes")
    parser.add_argument(
        "--scale", type=float, default=0.2, help="real seconds per second of AWS, for the part critical-path"
    )
    args = parser.parse_args()
    compile_all()
    with tempfile.TemporaryDirectory() as scratch, local_aws(Path(scratch)) as aws:
        trust = certificate(Path(scratch))
        for name in args.only:
            with stalls() as still:
                PARTS[name](aws, Path(scratch), trust, args)
            if still:
                print(
                    f"  {name} was suspended for {sum(still):.0f} s, so its figures are wrong. "
                    f"Measure it again with: python scripts/bench --only {name}"
                )
    print(
        "\ndocs/developing/performance.md explains the candidates and holds earlier figures: compare these with them."
    )


if __name__ == "__main__":
    main()

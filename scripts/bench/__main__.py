#!/usr/bin/env python3
"""How fast runs are, as ratios of one run; docs/developing/performance.md says how.

``python scripts/bench --latency 0.05 --rounds 5 --only no-op,growth``. Every candidate runs once a round, in another
order each time; a figure is the median of the rounds' ratios.
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
    """Names of parts, with commas between."""
    chosen = text.split(",")
    unknown = [name for name in chosen if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=parts, default=list(PARTS), help=f"some of: {','.join(PARTS)}")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds a request; a connection takes twice that")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rounds-a", type=int, default=2, help="rounds with amazon.aws, which takes minutes")
    parser.add_argument("--scale", type=float, default=0.2, help="real seconds to one of AWS's, for the critical path")
    args = parser.parse_args()
    compile_all()
    with tempfile.TemporaryDirectory() as scratch, local_aws(Path(scratch)) as aws:
        trust = certificate(Path(scratch))
        for name in args.only:
            with stalls() as still:
                PARTS[name](aws, Path(scratch), trust, args)
            if still:
                print(f"  {name} stood still for {sum(still):.0f} s, asleep or stopped by somebody: measure it again.")


if __name__ == "__main__":
    main()

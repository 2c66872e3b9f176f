"""The command line of `make bench`."""

import argparse
import sys
import time
from pathlib import Path

import uvloop

from bench import report
from bench.limits import judge
from bench.machine import facts
from bench.run import Options, bench

_DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--products", type=int, default=1000, help="in the shop (%(default)s)")
    parser.add_argument("--secs", type=float, default=1.0, help="that a row runs in a round (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="medians are over these (%(default)s)")
    parser.add_argument("--check", action="store_true", help="fail where a limit is not kept")
    parser.add_argument("--no-write", action="store_true", help="leave docs/performance.md as it is")
    given = parser.parse_args()
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    uvloop.install()
    options = Options(given.products, given.secs, given.rounds)
    result = bench(options, say)
    verdicts = judge(result.figures)
    told = facts(result.postgres, options.products, options.seconds, options.rounds)
    text = report.written(told, result.figures, result.layers, verdicts)
    if not given.no_write:
        _DOCUMENT.write_text(text)
    say("done")
    print("\n" + text.removeprefix(report.HEAD).lstrip())
    for wrong in result.figures.wrong:
        print(f"WRONG: {wrong}", file=sys.stderr)
    over = given.check and not all(verdict.is_kept for verdict in verdicts)
    return 1 if result.figures.wrong or over else 0


if __name__ == "__main__":
    sys.exit(main())

"""Run the demo: ``python -m benchmarks.demo [--output FILE] [--rows N]``."""

import argparse
import os
import shlex
import sys

LEAST_ROWS = 1_000


def main(arguments=None):
    """Read the flights, let the contenders race, print the table and write the report."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.demo",
        description="Will a flight arrive late? skensemble, scikit-learn, XGBoost and LightGBM on 327,000 flights.",
    )
    parser.add_argument(
        "--output", default="build/demo/report.html", metavar="FILE", help="the report; default: %(default)s"
    )
    parser.add_argument(
        "--rows", type=int, metavar="N", help="train and test on at most N flights each; default: all of them"
    )
    options = parser.parse_args(arguments)
    if options.rows is not None and options.rows < LEAST_ROWS:
        parser.error(f"--rows must be at least {LEAST_ROWS}, not {options.rows}.")
    if os.path.isdir(options.output):
        parser.error(f"--output must name a file; {options.output} is a folder.")
    # Beside other work, OpenMP threads that spin while they wait make XGBoost ten times slower.
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    from benchmarks.demo import console, race, report  # only now: OpenMP reads the variable when it is loaded

    given = sys.argv[1:] if arguments is None else arguments
    run = race.race(options.rows, shlex.join(["python", "-m", "benchmarks.demo", *given]))
    console.print_table(run.measurements)
    console.print_end(run.seconds, report.write(run, options.output))


if __name__ == "__main__":
    main()

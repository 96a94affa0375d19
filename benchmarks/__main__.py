"""The command line: ``python -m benchmarks forests``, ``boosting``, ``family`` and ``quality``."""

import argparse
import sys

from benchmarks import boosting, family, forests, quality

# modules with SUMMARY, add_arguments and run
COMMANDS = {"forests": forests, "boosting": boosting, "family": family, "quality": quality}


def main(arguments=None):
    """Run one command; returns 1 if ``--check`` was asked for and something was missed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=module.SUMMARY, description=module.__doc__)
        command.add_argument("--quick", action="store_true", help="tiny data: does it run? The figures mean nothing")
        command.add_argument("--check", action="store_true", help="exit with 1 if a bar is missed")
        command.add_argument("--output", default="build/benchmarks", metavar="DIR", help="default: %(default)s")
        module.add_arguments(command)
    options = parser.parse_args(arguments)
    try:
        verdicts = COMMANDS[options.command].run(options)
    except ValueError as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    return int(options.check and any(verdict.outcome == "miss" for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())

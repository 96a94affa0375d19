"""A suite: the cases and extras of one command are run one after the other, then shown and written."""

import fnmatch
import time
from pathlib import Path

from benchmarks.bars import Verdict, race_verdicts
from benchmarks.cases import Effort, measure
from benchmarks.peers import MODULES
from benchmarks.process import isolated
from benchmarks.table import aligned, environment, race_table, verdict_table, write_json

_QUICK_EFFORT = Effort(least_turns=1, most_turns=2, seconds=0.1)


def add_arguments(parser):
    """Add the options that every suite has."""
    parser.add_argument(
        "--only",
        "--cases",
        nargs="+",
        metavar="NAME",
        default=["*"],
        help="cases and extras, with wildcards",
    )
    parser.add_argument("--list", action="store_true", help="name the cases and extras, and end")
    parser.add_argument("--sizes", nargs="+", type=int, metavar="N", help="of a case's numbers of rows, only these")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], metavar="T", help="default: 1 2")
    parser.add_argument(
        "--libraries", nargs="+", choices=list(MODULES), help="peers beside ours (default: all of the case)"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=Effort().seconds,
        help="for the turns at one size (default: %(default)s)",
    )


def run_suite(command, cases, extras, arguments, *, judge=race_verdicts, summary=None):
    """Run the chosen cases and extras, print tables, write ``<output>/<command>.json`` after each.

    Parameters
    ----------
    command : str
    cases : sequence of Case
        Each runs in a process of its own.
    extras : mapping from str to list of callable
        Name -> functions of ``(n_threads, quick)`` that return rows (what, case, contender, value, unit) and
        verdicts.
    arguments : Namespace
        Of `add_arguments` and of the main command.
    judge : callable, default=race_verdicts
        Function of a case and its records that returns verdicts.
    summary : callable, default=None
        Function of all records and rows that returns the text of one more table.

    Returns
    -------
    list of Verdict

    Raises
    ------
    ValueError
        If nothing has a name that was asked for.
    """
    by_name = {case.name: case for case in cases}
    names = [*by_name, *extras]
    chosen = [name for name in names if any(fnmatch.fnmatch(name, wish) for wish in arguments.only)]
    if arguments.list:
        print("\n".join(chosen))
        return []
    if not chosen:
        raise ValueError(f"--only: nothing is named {' or '.join(arguments.only)}; --list names the cases.")
    records, rows, verdicts = [], [], []
    start = time.perf_counter()
    for name in chosen:
        print(f"{time.perf_counter() - start:5.0f} s  {name}", flush=True)
        if name in by_name:
            new, judged = _run_case(by_name[name], arguments, judge)
            records += new
        else:
            new, judged = _run_extra(name, extras[name], arguments)
            rows += new
        verdicts += judged
        _write(command, arguments, records, rows, verdicts)
    print(f"{time.perf_counter() - start:5.0f} s  done")
    if records:
        print("", race_table(records), sep="\n")
    if rows:
        print("", aligned(("what", "case", "contender", "value", "unit"), rows), sep="\n")
    if records and summary is not None:
        print("", summary(records, rows), sep="\n")
    print("", verdict_table(verdicts), sep="\n")
    return verdicts


def _run_case(case, arguments, judge):
    case = case.reduced(quick=arguments.quick, sizes=arguments.sizes, libraries=arguments.libraries)
    if not case.sizes:
        return [], []
    effort = _QUICK_EFFORT if arguments.quick else Effort(seconds=arguments.seconds)
    try:
        records = isolated(measure, case, arguments.threads, effort)
    except Exception as error:  # a process that died must not end the others
        return [], [_failure(case.name, error)]
    return records, judge(case, records)


def _run_extra(name, functions, arguments):
    rows, verdicts = [], []
    for function in functions:
        try:
            new, judged = function(max(arguments.threads), arguments.quick)
        except Exception as error:
            new, judged = [], [_failure(name, error)]
        rows += new
        verdicts += judged
    return rows, verdicts


def _failure(name, error):
    note = f"{type(error).__name__}: {error}".splitlines()[0]
    return Verdict("run to the end", name, None, None, "", float("inf"), 0.0, "", note)


def _write(command, arguments, records, rows, verdicts):
    content = {
        "environment": environment(),
        "options": {name: value for name, value in vars(arguments).items() if name != "run"},
        "measurements": records,
        "extras": [dict(zip(("what", "case", "contender", "value", "unit"), row, strict=True)) for row in rows],
        "bars": [verdict._asdict() | {"outcome": verdict.outcome} for verdict in verdicts],
    }
    write_json(Path(arguments.output) / f"{command}.json", content)

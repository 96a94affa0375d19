"""The table of results, for the terminal and for the report: which figures, how written, which is best."""

from collections.abc import Callable
from itertools import groupby
from typing import NamedTuple

from benchmarks.demo.contenders import FOREST, OURS, REFERENCE
from benchmarks.demo.measure import Measurement

TIMES = "\N{MULTIPLICATION SIGN}"


class Column(NamedTuple):
    """A figure of the table."""

    heading: str
    value: Callable[[Measurement], float]
    template: str
    best: Callable  # min or max


class Row(NamedTuple):
    """A contender, its figures as text, and for each whether none of a group of several reads better."""

    measurement: Measurement
    cells: list[str]
    is_best: list[bool]


COLUMNS = (
    Column("fit s", lambda each: each.fit_seconds, "{:.2f}", min),
    Column("predict rows/s", lambda each: each.rows_per_second, "{:,.0f}", max),
    Column("AUC", lambda each: each.auc, "{:.4f}", max),
    Column("log-loss", lambda each: each.log_loss, "{:.4f}", min),
    Column("model MB", lambda each: each.model_bytes / 1e6, "{:.1f}", min),
)


def table(measurements):
    """The rows of each group.

    Parameters
    ----------
    measurements : sequence of Measurement
        Grouped already.

    Returns
    -------
    dict from str to list of Row
        Group -> its rows.
    """
    return {
        group: _rows(list(members)) for group, members in groupby(measurements, key=lambda each: each.contender.group)
    }


def _rows(measurements):
    bests = [column.template.format(column.best(column.value(each) for each in measurements)) for column in COLUMNS]
    rows = []
    for each in measurements:
        cells = [column.template.format(column.value(each)) for column in COLUMNS]
        is_best = [len(measurements) > 1 and cell == best for cell, best in zip(cells, bests, strict=True)]
        rows.append(Row(each, cells, is_best))
    return rows


def comparison(measurements, group=FOREST):
    """Our contender of a group beside scikit-learn's.

    Returns
    -------
    dict from str to str
        What is compared -> the ratio or the difference as text.
    """
    ours, reference = (
        next(each for each in measurements if each.contender[1:3] == (library, group)) for library in (OURS, REFERENCE)
    )
    return {
        "time to fit": f"{ours.fit_seconds / reference.fit_seconds:.2f}{TIMES}",
        "rows predicted a second": f"{ours.rows_per_second / reference.rows_per_second:.1f}{TIMES}",
        "size of the model": f"{ours.model_bytes / reference.model_bytes:.2f}{TIMES}",
        "AUC": f"{ours.auc - reference.auc:+.4f}",
    }

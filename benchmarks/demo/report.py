"""The report: one HTML file that needs no other, made from what a run has found."""

from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss

from benchmarks.demo import figures
from benchmarks.demo.contenders import OURS, Settings
from benchmarks.demo.flights import FEATURES, LATE_MINUTES, LEFT_OUT, Split
from benchmarks.demo.measure import Measurement
from benchmarks.demo.results import COLUMNS, comparison, table
from benchmarks.demo.search import N_FOLDS, Search
from benchmarks.peers import BOOTSTRAP_SHARE

TEMPLATE = Path(__file__).with_name("report.html")


class Run(NamedTuple):
    """All that a run of the demo has found."""

    split: Split
    n_without_arrival: int
    late_shares: pd.DataFrame  # by month and scheduled hour
    settings: Settings
    warm_up_seconds: dict[str, float]  # by library
    measurements: list[Measurement]
    search: Search
    importances: dict[str, np.ndarray]  # loss of AUC by column, a number for each repeat
    environment: dict
    command: str
    seconds: float


def write(run, path):
    """Write the report, making its folder.

    Parameters
    ----------
    run : Run
    path : path-like

    Returns
    -------
    Path
        Where it lies, absolute.
    """
    path = Path(path).resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(run), encoding="utf-8")
    return path


def page(run):
    """The HTML text of a run's report."""
    numbers, found = _numbers(run), run.search
    parts = {name: escape(text) for name, text in numbers.items()} | {
        "library_colors": " ".join(f"--{_slug(name)}: {color};" for name, color in figures.COLORS.items()),
        "tiles": _tiles(comparison(run.measurements)),
        "results": _results(run.measurements),
        "race": figures.race(run.measurements),
        "curves": figures.curves(run.measurements, run.split.y_test),
        "importances": figures.importances(list(run.importances), np.stack(list(run.importances.values()))),
        "late_share": figures.late_share(run.late_shares),
        "candidates": _table(
            [*found.parameters, "AUC", "± over the folds"],
            [
                [*values, f"{auc:.4f}", f"{deviation:.4f}"]
                for *values, auc, deviation in found.table.itertuples(index=False)
            ],
        ),
        "columns": _columns(run.split.X_train),
        "left_out": _table(["left out", "why"], LEFT_OUT.items()),
        "settings": _table(["parameter", "value"], _parameters(run.settings)),
        "environment": _table(["environment", ""], _environment(run.environment)),
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(parts)


def _numbers(run):
    """The numbers in the text of the page."""
    split, found = run.split, run.search
    n_train, n_test = len(split.X_train), len(split.X_test)
    constant = np.full(n_test, split.late_share)
    return {
        "late_minutes": f"{LATE_MINUTES}",
        "n_train": f"{n_train:,}",
        "n_test": f"{n_test:,}",
        "late_train": f"{split.late_share:.1%}",
        "late_test": f"{split.y_test.mean():.1%}",
        "constant_log_loss": f"{log_loss(split.y_test, constant):.4f}",
        "n_without_arrival": f"{run.n_without_arrival:,}",
        "n_jobs": f"{run.settings.n_jobs}",
        "warm_up": ", ".join(f"{name} {seconds:.1f} s" for name, seconds in run.warm_up_seconds.items()),
        "search_rows": f"{found.n_rows:,}",
        "search_fits": f"{found.n_fits}",
        "search_folds": f"{N_FOLDS}",
        "search_seconds": f"{found.seconds:.1f}",
        "search_best": ", ".join(f"{name} = {value:g}" for name, value in found.best.items()),
        "time": run.environment["time"],
        "command": run.command,
        "seconds": f"{run.seconds:.0f}",
    }


def _tiles(compared):
    return "".join(
        f"<div class='tile'><strong>{escape(value)}</strong><span>{escape(what)}</span></div>"
        for what, value in compared.items()
    )


def _results(measurements):
    """The table of results, a body for each group."""
    bodies = []
    for group, rows in table(measurements).items():
        lines = [f"<tr class='group'><th colspan='{len(COLUMNS) + 1}'>{escape(group)}</th></tr>"]
        for row in rows:
            contender = row.measurement.contender
            cells = "".join(
                f"<td class='number{' best' if is_best else ''}'>{escape(cell)}</td>"
                for cell, is_best in zip(row.cells, row.is_best, strict=True)
            )
            ours = " class='ours'" if contender.library == OURS else ""
            dot = f"<i style='background: var(--{_slug(contender.library)})'></i>"
            name = f"{dot}{escape(contender.library)} <code>{escape(contender.name)}</code>"
            lines.append(f"<tr{ours}><td>{name}</td>{cells}</tr>")
        bodies.append(f"<tbody>{''.join(lines)}</tbody>")
    heading = "".join(f"<th class='number'>{escape(column.heading)}</th>" for column in COLUMNS)
    return f"<table class='results'><thead><tr><th></th>{heading}</tr></thead>{''.join(bodies)}</table>"


def _columns(X):
    rows = [
        (
            name,
            "number" if pd.api.types.is_numeric_dtype(column) else "text",
            f"{column.nunique():,}",
            f"{column.isna().mean():.1%}" if column.isna().any() else "",
        )
        for name, column in X.items()
    ]
    return _table(["column", "kind", "different values", "missing"], rows)


def _parameters(settings):
    yield from settings.of_forest().items()
    yield from (
        (f"boosting: {name}", value)
        for name, value in settings.of_booster().items()
        if name not in settings.of_forest()
    )
    yield (
        "XGBoost: min_child_weight",
        "min_samples_leaf * p * (1 - p), p the late share of the training flights",
    )
    yield "XGBoost: colsample_bynode, in forests", f"{settings.max_features} / {len(FEATURES)}"
    yield "XGBoost: subsample, in forests", f"{BOOTSTRAP_SHARE}, without replacement"


def _environment(environment):
    yield "processor", f"{environment['processor']}, {environment['cores']} cores"
    yield "system", environment["system"]
    yield "python", environment["python"]
    yield from environment["versions"].items()
    if environment["load"] is not None:
        yield "load before the start", environment["load"]


def _table(heading, rows):
    """A table of escaped cells."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heading)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _slug(library):
    return library.lower().replace(" ", "-")

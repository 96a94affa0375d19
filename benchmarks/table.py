"""Results as one JSON file and as aligned text."""

import datetime
import importlib.metadata
import json
import os
import platform
from pathlib import Path

from benchmarks.bars import RACE_BARS
from benchmarks.peers import OURS

_PACKAGES = (
    OURS,
    *(
        "numpy",
        "scipy",
        "numba",
        "scikit-learn",
        "scikit-learn-intelex",
        "lightgbm",
        "xgboost",
        "xgboost-cpu",
        "catboost",
        "hessboost",
    ),
)


def environment():
    """What the figures depend on: processor, cores, load, and versions of everything that takes part."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
    }


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def write_json(path, content):
    """Write a result, making its folder; a number that JSON lacks (inf, nan) becomes null."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_finite(content), indent=1, allow_nan=False) + "\n")


def _finite(content):
    if isinstance(content, dict):
        return {name: _finite(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if isinstance(content, float) and content - content != 0:
        return None
    return content


def aligned(header, rows):
    """Text of a table: numbers to the right, words to the left, two spaces between columns.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequences
        Cells: str, None (shown as "-"), int, or float (four significant digits).

    Returns
    -------
    str
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    is_number = [any(isinstance(value, int | float) for value in column) for column in columns]
    cells = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(row, widths, is_number, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _cell(value):
    if value is None:
        return "-"
    if isinstance(value, float):
        if value != value or abs(value) == float("inf"):
            return str(value)
        if value != 0 and not 1e-4 <= abs(value) < 1e6:
            return f"{value:.3g}"
        digits = 4 if abs(value) < 1 else 3 if abs(value) < 10 else 1 if abs(value) < 1000 else 0
        return f"{value:.{digits}f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def verdict_table(verdicts):
    """Text: every value beside its bar, a line for each size, threads and peer of a case; then the counts."""
    races, others = {}, []
    for verdict in verdicts:
        if verdict.what in RACE_BARS:
            line = (verdict.case, verdict.n_samples, verdict.threads, verdict.against)
            races.setdefault(line, {})[verdict.what] = verdict
        else:
            others.append((verdict.what, verdict.case, verdict.against, _beside_bar(verdict), verdict.note))
    tables = []
    if races:
        rows = [
            (
                *line,
                *(_beside_bar(of_line.get(what)) for what in RACE_BARS),
                next(iter(of_line.values())).note,
            )
            for line, of_line in races.items()
        ]
        tables.append(aligned(("case", "n", "threads", "against", *RACE_BARS, ""), rows))
    if others:
        tables.append(aligned(("what", "case", "against", "value", ""), others))
    outcomes = [verdict.outcome for verdict in verdicts]
    counts = f"{outcomes.count('pass')} of {len(outcomes)} bars met, {outcomes.count('miss')} missed"
    return "\n\n".join([*tables, f"{counts}, {outcomes.count('-')} without a peer to measure"])


def _beside_bar(verdict):
    if verdict is None or verdict.value is None:
        return "-"
    text = f"{verdict.value:.3g} <= {verdict.bar:.3g} {verdict.unit}".rstrip()
    return f"{text} MISS" if verdict.outcome == "miss" else text


def race_table(records):
    """Text: what each contender of each case took, and our share of a peer's time to fit and to predict."""
    points = {point_of(record): record for record in records if record["library"] == OURS}
    rows = []
    for record in records:
        ours = points.get(point_of(record), {})
        rows.append(
            (
                *point_of(record),
                record["contender"],
                record.get("turns"),
                record.get("fit_seconds"),
                rate_of(record, "fit_seconds"),
                share_of(ours, record, "fit_seconds"),
                record.get("predict_seconds"),
                rate_of(record, "predict_seconds"),
                share_of(ours, record, "predict_seconds"),
                record.get("score", ""),
                record.get("quality"),
                record["model_bytes"] / 1e6 if "model_bytes" in record else None,
                record.get("others"),
                record.get("note", ""),
            )
        )
    times = ("s", "rows/s", "ours/it")
    header = ("case", "n", "threads", "contender", "turns", *(f"fit {time}" for time in times))
    header += (*(f"predict {time}" for time in times), "score", "quality", "model MB", "others", "")
    return aligned(header, rows)


def point_of(record):
    """What a record is of: case, rows and threads."""
    return record["case"], record["n_samples"], record["threads"]


def share_of(ours, record, field):
    """Our part of a number of another record; None where one lacks it."""
    return ours[field] / record[field] if field in ours and field in record else None


def rate_of(record, field):
    """Rows a second of a time; None where it is not known."""
    return round(record["n_samples"] / record[field]) if field in record else None

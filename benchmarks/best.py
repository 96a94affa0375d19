"""Ours beside the best of the peers: the bars of the boosters, and one line for each point of a case."""

from typing import NamedTuple

from benchmarks.bars import NEVER_SLOWER, Verdict, quality_verdict, ratio_verdict
from benchmarks.footprint import MEMORY
from benchmarks.peers import OURS
from benchmarks.scores import LOWER_IS_BETTER
from benchmarks.table import aligned, point_of, rate_of, share_of

LARGE = 50_000  # rows from which on ours has to be much faster than the peers
MANY_ROWS = 1_000_000  # rows from which on predict has a bar
PREDICT_BARS = {"LightGBM": 0.2, "XGBoost": 0.4}
LEAST_MARGIN = 0.002  # of the peer's score; or one part in the square root of the rows, if that is more


class Rivals(NamedTuple):
    """Libraries, the fastest of whose variants ours must fit in at most `bar` times the time of."""

    libraries: tuple[str, ...]
    bar: float


LARGE_RIVALS = (Rivals(("LightGBM", "XGBoost"), 0.45), Rivals(("hessboost",), 0.8))
SMALL_RIVALS = (Rivals(("LightGBM",), NEVER_SLOWER),)


def rivals_of(n_samples):
    """Whom ours is held against at a number of rows; the first are those whose quality counts."""
    return LARGE_RIVALS if n_samples >= LARGE else SMALL_RIVALS


def fastest(records, libraries, field="fit_seconds"):
    """The record with the least of a number, of those that ran and are of some libraries; None without one."""
    ran = [record for record in records if record["library"] in libraries and field in record]
    return min(ran, key=lambda record: record[field], default=None)


def best_verdicts(case, records):
    """Hold a case's records against the best of the peers.

    Parameters
    ----------
    case : Case
    records : list of dict
        From `benchmarks.cases.measure`.

    Returns
    -------
    list of Verdict
        Fit against the fastest of each group of rivals, quality against the fastest of the first group, and
        predict from `MANY_ROWS` rows on. Where ours could not run, every bar is missed by an infinite value.
    """
    return [verdict for point in _points(records).values() for verdict in _point_verdicts(case, point)]


def _points(records):
    points = {}
    for record in records:
        points.setdefault(point_of(record), []).append(record)
    return points


def _point_verdicts(case, point):
    ours = next(record for record in point if record["library"] == OURS)
    n_samples, threads = ours["n_samples"], ours["threads"]
    for number, (libraries, bar) in enumerate(rivals_of(n_samples)):
        peer = fastest(point, libraries)
        if peer is None:
            yield Verdict("fit", case.name, n_samples, threads, " or ".join(libraries), None, bar, note="did not run")
            continue
        where = (case.name, n_samples, threads, peer["contender"])
        yield ratio_verdict("fit", where, ours, peer, "fit_seconds", bar)
        if number == 0:
            margin = max(LEAST_MARGIN, n_samples**-0.5) * abs(peer["quality"])
            yield quality_verdict(where, ours, peer, margin)
    for library, bar in PREDICT_BARS.items() if n_samples >= MANY_ROWS else ():
        peer = fastest(point, (library,), "predict_seconds")
        if peer is not None:
            where = (case.name, n_samples, threads, peer["contender"])
            yield ratio_verdict("predict", where, ours, peer, "predict_seconds", bar)


def best_table(records, rows):
    """Text: for each point ours, the fastest peer and our share of its time beside the bar, and the rest.

    Parameters
    ----------
    records : list of dict
        Of all cases.
    rows : list of tuple
        Of the extras; memory is taken from them, of a case of the same name.
    """
    memory = {(case, label): value for what, case, label, value, _ in rows if what == MEMORY}
    header = ("case", "n", "threads", "fit s", "fastest peer", "its s", "ours/it", "bar", "rows/s", "peers' rows/s")
    header += ("score", "ours", "the peer's", "peers' best", "memory MB", "peers' MB")
    return aligned(header, [_line(point, memory) for point in _points(records).values()])


def _line(point, memory):
    ours = next(record for record in point if record["library"] == OURS)
    peers = {record["library"] for record in point} - {OURS}
    libraries, bar = rivals_of(ours["n_samples"])[0]
    rival = fastest(point, libraries) or fastest(point, peers) or {}
    quickest = fastest(point, peers, "predict_seconds") or {}
    qualities = [record["quality"] for record in point if record["library"] != OURS and "quality" in record]
    best = (min if ours.get("score") in LOWER_IS_BETTER else max)(qualities, default=None)
    least = [memory.get((record["case"], record["contender"])) for record in point if record["library"] != OURS]
    return (
        *point_of(ours),
        ours.get("fit_seconds"),
        rival.get("contender", ours.get("note", "")),
        rival.get("fit_seconds"),
        share_of(ours, rival, "fit_seconds"),
        bar,
        rate_of(ours, "predict_seconds"),
        rate_of(quickest, "predict_seconds"),
        ours.get("score", ""),
        ours.get("quality"),
        rival.get("quality"),
        best,
        memory.get((ours["case"], ours["contender"])),
        min((value for value in least if value is not None), default=None),
    )

"""What is asked of a measurement, and whether it was reached."""

from typing import NamedTuple

import numpy as np

from benchmarks.peers import OURS
from benchmarks.scores import LOWER_IS_BETTER

BAR_SAMPLES = 10_000  # the bars of speed are for so many rows or more; below, "never slower" is asked
NEVER_SLOWER = 1.0
MODEL_SIZE = 0.5
QUALITY_MARGIN = 0.01  # or two standard errors of the difference, if that is more
REFERENCE = "scikit-learn"
RACE_BARS = ("fit", "predict", "model size", "quality behind")


class Verdict(NamedTuple):
    """A value that must not pass its bar.

    Attributes
    ----------
    what : str
        "fit", "predict", "model size", ...
    case : str
    n_samples, threads : int or None
    against : str
        The peer that the value is a ratio to; "" for seconds.
    value : float or None
        None when it could not be measured.
    bar : float
    unit : str
        "x" (times the peer's), "s" (seconds) or "" (a difference).
    note : str
        Why there is no value.
    """

    what: str
    case: str
    n_samples: int | None
    threads: int | None
    against: str
    value: float | None
    bar: float
    unit: str = "x"
    note: str = ""

    @property
    def outcome(self):
        """``"pass"``, ``"miss"``, or ``"-"`` where there is no value."""
        if self.value is None:
            return "-"
        return "pass" if self.value <= self.bar else "miss"


def race_verdicts(case, records):
    """Hold a case's records against its bars.

    Parameters
    ----------
    case : Case
    records : list of dict
        From `benchmarks.cases.measure`.

    Returns
    -------
    list of Verdict
        Fit against each peer that has a bar; predict, a forest's size, and quality against scikit-learn.
        Where ours could not run, every bar is missed by an infinite value.
    """
    points = {}
    for record in records:
        points.setdefault((record["n_samples"], record["threads"]), []).append(record)
    return [
        verdict
        for (n_samples, threads), point in points.items()
        for verdict in _point_verdicts(case, n_samples, threads, point)
    ]


def _point_verdicts(case, n_samples, threads, point):
    ours = next(record for record in point if record["library"] == OURS)
    for peer in point:
        library = peer["library"]
        if library == OURS or (library != REFERENCE and library not in case.fit_bars):
            continue
        where = (case.name, n_samples, threads, peer["contender"])
        if n_samples >= BAR_SAMPLES or library == REFERENCE:
            bar = case.fit_bars.get(library, NEVER_SLOWER) if n_samples >= BAR_SAMPLES else NEVER_SLOWER
            yield ratio_verdict("fit", where, ours, peer, "fit_seconds", bar)
        if library == REFERENCE:
            yield ratio_verdict("predict", where, ours, peer, "predict_seconds", NEVER_SLOWER)
            if ours["n_estimators"] is not None:
                yield ratio_verdict("model size", where, ours, peer, "model_bytes", MODEL_SIZE)
            yield quality_verdict(where, ours, peer)


def ratio_verdict(what, where, ours, peer, field, bar):
    """Our share of what a peer takes; infinite where ours did not run, unknown where the peer did not."""
    if "note" in ours:
        return Verdict(what, *where, float("inf"), bar, note=ours["note"])
    if "note" in peer:
        return Verdict(what, *where, None, bar, note=peer["note"])
    return Verdict(what, *where, ours[field] / peer[field], bar)


def quality_verdict(where, ours, peer, least_margin=QUALITY_MARGIN):
    """By how much ours is behind in quality, held against that margin or two standard errors."""
    if "note" in ours or "note" in peer:
        return ratio_verdict("quality behind", where, ours, peer, "", least_margin)._replace(unit="")
    behind = np.subtract(peer["qualities"], ours["qualities"])
    if ours.get("score") in LOWER_IS_BETTER:
        behind = -behind
    margin = max(least_margin, 2 * standard_error(behind))
    return Verdict("quality behind", *where, float(behind.mean()), margin, unit="")


def standard_error(differences):
    """Of the mean of paired differences; infinite for a single pair.

    Examples
    --------
    >>> standard_error([1.0, 3.0])
    1.0
    """
    n_pairs = len(differences)
    return float(np.std(differences, ddof=1) / np.sqrt(n_pairs)) if n_pairs > 1 else float("inf")

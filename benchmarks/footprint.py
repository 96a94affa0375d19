"""What a model costs beside the time of its fit: latency of one row, and memory above that of the data."""

import contextlib

from benchmarks.bars import NEVER_SLOWER, REFERENCE, Verdict
from benchmarks.cases import WARM_UP_TREES
from benchmarks.peers import OURS, falls_back
from benchmarks.process import extra_memory, isolated
from benchmarks.timing import latencies

MEMORY = "memory of fit above data"
_MICROSECONDS, _MEGABYTE = 1e6, 1e6


def one_row(case, n_threads, quick, *, against=REFERENCE, bar=NEVER_SLOWER):
    """Latency of ``predict`` for one row on one thread, through the estimator, contenders in alternation."""
    case = case.reduced(quick=quick)
    seconds = isolated(one_row_seconds, case, 10 if quick else 200)
    rows = [("predict one row", case.name, label, _MICROSECONDS * value, "us") for label, value in seconds.items()]
    (n_samples,) = case.sizes
    ratio = seconds[OURS] / seconds[against] if against in seconds else None
    return rows, [Verdict("predict one row", case.name, n_samples, 1, against, ratio, bar)]


def one_row_seconds(case, n_calls):
    """Median seconds of a call for each contender of a case that runs its own code."""
    ((n_samples, n_estimators),) = case.sizes.items()
    data, actions = case.data(n_samples, 0), {}
    for contender in case.contenders:
        if contender.is_installed:
            model = case.build(contender, data, n_estimators, 1, 0).fit(data.X, data.y)
            if not falls_back(model):
                actions[contender.label] = lambda call, model=model: model.predict(data.X[call % n_samples][None])
    with contextlib.ExitStack() as limits:
        for contender in case.contenders:
            limits.enter_context(contender.limited(1))
        return latencies(actions, n_calls=n_calls)


def memory_of_fit(case, n_threads, quick, *, against=None):
    """Highest memory during a fit above that before it, at the largest size; each contender in a process.

    With `against`, the label of a contender, ours must not take more than that.
    """
    case = case.reduced(quick=quick)
    rows, taken = [], {}
    for contender in case.contenders:
        extra = isolated(extra_of_fit, case, contender, n_threads) if contender.is_installed else None
        taken[contender.label] = None if extra is None else extra / _MEGABYTE
        rows.append((MEMORY, case.name, contender.label, taken[contender.label], "MB"))
    if against is None:
        return rows, []
    ratio = taken[OURS] / taken[against] if taken[OURS] is not None and taken.get(against) else None
    return rows, [Verdict(MEMORY, case.name, max(case.sizes), n_threads, against, ratio, NEVER_SLOWER)]


def extra_of_fit(case, contender, n_threads):
    """Bytes that a fit adds at most, after a fit of few trees that loads and compiles."""
    n_samples, n_estimators = max(case.sizes.items())
    data = case.data(n_samples, 0)
    with contender.limited(n_threads):
        case.build(contender, data, WARM_UP_TREES, n_threads, 0).fit(data.X, data.y)
        model = case.build(contender, data, n_estimators, n_threads, 0)
        return extra_memory(lambda: model.fit(data.X, data.y))[1]

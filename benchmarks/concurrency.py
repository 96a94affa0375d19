"""Several fits at once, more than the machine has cores for, against the same fits one after the other."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from threading import Barrier

import numpy as np

from benchmarks.bars import Verdict
from benchmarks.peers import OURS
from benchmarks.process import isolated

N_FITS = 4
AT_ONCE = 1.1  # times the fits in sequence
_TURNS = 3


def at_once(case, n_threads, quick):
    """Fit models at once in threads and in processes, and hold each against the same fits in sequence."""
    case = case.reduced(quick=quick)
    rows, verdicts = [], []
    for contender in case.contenders:
        if not contender.is_installed:
            continue
        seconds = isolated(seconds_of_fits, case, contender, n_threads)
        rows += [(f"{N_FITS} fits {how}", case.name, contender.label, value, "s") for how, value in seconds.items()]
        if contender.library == OURS:
            (n_samples,) = case.sizes
            where = (case.name, n_samples, n_threads, "in sequence")
            verdicts = [
                Verdict(f"{N_FITS} fits {how}", *where, seconds[how] / seconds["in sequence"], AT_ONCE)
                for how in ("in threads", "in processes")
            ]
    return rows, verdicts


def seconds_of_fits(case, contender, n_threads):
    """Median seconds of the fits in sequence, at once in threads, and at once in processes."""
    fit = _Fit(case, contender, n_threads)
    fit()
    seconds = {"in sequence": [], "in threads": [], "in processes": []}
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(N_FITS)
    with ProcessPoolExecutor(N_FITS, context, _receive, (fit, barrier)) as pool:
        list(pool.map(_span, range(N_FITS)))  # imports, compiles, makes the data
        for _ in range(_TURNS):
            start = time.perf_counter()
            for _ in range(N_FITS):
                fit()
            seconds["in sequence"].append(time.perf_counter() - start)
            seconds["in threads"].append(_in_threads(fit))
            spans = list(pool.map(_span, range(N_FITS)))
            seconds["in processes"].append(max(end for _, end in spans) - min(start for start, _ in spans))
    return {how: float(np.median(values)) for how, values in seconds.items()}


class _Fit:
    """One fit of a case; a process makes the data once and does not send them."""

    def __init__(self, case, contender, n_threads):
        self.case, self.contender, self.n_threads, self.data = case, contender, n_threads, None

    def __getstate__(self):
        return vars(self) | {"data": None}

    def prepare(self):
        if self.data is None:
            (n_samples,) = self.case.sizes
            self.data = self.case.data(n_samples, 0)

    def __call__(self):
        self.prepare()
        (n_estimators,) = self.case.sizes.values()
        model = self.case.build(self.contender, self.data, n_estimators, self.n_threads, 0)
        with self.contender.limited(self.n_threads):
            model.fit(self.data.X, self.data.y)


def _in_threads(fit):
    barrier = Barrier(N_FITS + 1)

    def wait_and_fit():
        barrier.wait()
        fit()

    with ThreadPoolExecutor(N_FITS) as pool:
        futures = [pool.submit(wait_and_fit) for _ in range(N_FITS)]
        barrier.wait()
        start = time.perf_counter()
        for future in futures:
            future.result()
        return time.perf_counter() - start


def _receive(fit, barrier):
    global _fit, _barrier
    _fit, _barrier = fit, barrier


def _span(_):
    """Fit when all processes are ready, so that each has one fit; start and end by the common clock."""
    try:
        _fit.prepare()
        _barrier.wait()
        start = time.perf_counter()
        _fit()
        return start, time.perf_counter()
    except Exception:
        _barrier.abort()  # the others would wait for ever
        raise

"""What a new process waits for: the import, and the first fit with and without compiled kernels on disk."""

import tempfile
import time

import numpy as np

from benchmarks.bars import Verdict
from benchmarks.data import counts
from benchmarks.peers import OURS, Contender
from benchmarks.process import import_seconds, isolated

IMPORT_EXTRA, COLD_FIT, CACHED_EXTRA = 0.4, 15.0, 1.0  # seconds
N_SAMPLES = 1000
_MODULES = {"scikit-learn": "sklearn.ensemble", OURS: "skensemble"}


def import_time(n_threads, quick):
    """Import time above that of `sklearn.ensemble`: medians of fresh interpreters in alternation."""
    seconds = {library: [] for library in _MODULES}
    for turn in range(2 if quick else 6):
        for library, module in _MODULES.items():
            passed = import_seconds(module)
            if turn > 0:  # the first has to read the files from the disk
                seconds[library].append(passed)
    seconds = {library: float(np.median(values)) for library, values in seconds.items()}
    rows = [("import", module, library, seconds[library], "s") for library, module in _MODULES.items()]
    extra = seconds[OURS] - seconds["scikit-learn"]
    return rows, [Verdict("import above", "import", None, None, "scikit-learn", extra, IMPORT_EXTRA, "s")]


def first_fit(estimator, n_threads, quick):
    """First fit of a class in two fresh processes that share a cache folder, empty for the first of them."""
    with tempfile.TemporaryDirectory() as folder:
        cold, cached = (isolated(first_fits, estimator, environment={"NUMBA_CACHE_DIR": folder}) for _ in range(2))
    whats = ("first fit, cold", "first fit, from cache", "second fit")
    rows = [(what, estimator, OURS, value, "s") for what, value in zip(whats, (cold[0], *cached), strict=True)]
    where = (estimator, N_SAMPLES, 1, "")
    return rows, [
        Verdict("first fit, cold", *where, cold[0], COLD_FIT, "s"),
        Verdict("first fit above second", *where, cached[0] - cached[1], CACHED_EXTRA, "s"),
    ]


def first_fits(estimator):
    """Seconds of the first and of the second fit and predict in this process."""
    data = counts(N_SAMPLES, 0)
    seconds = []
    for _ in range(2):
        model = Contender(OURS).build(estimator, {}, n_threads=1)
        start = time.perf_counter()
        model.fit(data.X, data.y).predict(data.X)
        seconds.append(time.perf_counter() - start)
    return seconds

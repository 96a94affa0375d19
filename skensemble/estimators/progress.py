"""Progress of a fit, for `verbose`."""

import sys
import time
from contextlib import contextmanager


@contextmanager
def tree_progress(verbose, stream=None):
    """Give a function `progress(n_done, n_trees)` that prints a line, or None if verbose is 0.

    Parameters
    ----------
    verbose : int
        1: a line at every tenth of the trees; more: at every tree.
    stream : file, default=sys.stdout
    """
    if not verbose:
        yield None
        return
    stream = stream or sys.stdout
    start, last = time.perf_counter(), 0

    def progress(n_done, n_trees):
        nonlocal last
        if verbose > 1 or n_done == n_trees or 10 * n_done // n_trees > 10 * last // n_trees:
            elapsed = time.perf_counter() - start
            left = elapsed * (n_trees - n_done) / max(n_done, 1)
            print(f"{n_done} of {n_trees} trees, {elapsed:.1f} s, {left:.1f} s left", file=stream, flush=True)
        last = n_done

    yield progress

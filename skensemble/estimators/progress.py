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


@contextmanager
def round_progress(verbose, max_iter, stream=None):
    """Give a function `progress(n_rounds, booster, watch)` that prints a line, or None if verbose is 0.

    Parameters
    ----------
    verbose : int
        1: a line a second; more: after every step.
    max_iter : int
        The most rounds.
    stream : file, default=sys.stdout
    """
    if not verbose:
        yield None
        return
    stream = stream or sys.stdout
    start = last = time.perf_counter()

    def progress(n_rounds, booster, watch):
        nonlocal last
        now = time.perf_counter()
        if verbose > 1 or n_rounds == max_iter or now - last >= 1.0:
            speed, scores = n_rounds / max(now - start, 1e-9), watch.monitor.validation_scores
            loss = f", loss {booster.loss():.6g}" + (f", validation score {scores[-1]:.6g}" if scores else "")
            left = (max_iter - n_rounds) / speed
            print(f"round {n_rounds} of {max_iter}{loss}, {speed:.3g} rounds/s, {left:.1f} s left", file=stream)
            last = now

    yield progress

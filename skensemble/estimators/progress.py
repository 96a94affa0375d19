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


class StageReporter:
    """Prints the rounds of gradient boosting as a table, in scikit-learn's layout.

    Parameters
    ----------
    verbose : int
        1: the first ten rounds, then each tenth, and so on; more: each round; 0: nothing.
    n_rounds : int
        The last one, counted from the first fit of a warm start.
    first : int
        How many rounds there were before.
    shows_improvement : bool
        Whether there are out-of-bag rows.
    """

    def __init__(self, verbose, n_rounds, first, shows_improvement):
        self.verbose, self.n_rounds, self.first, self.shows_improvement = verbose, n_rounds, first, shows_improvement
        self.interval, self.start = 1, time.perf_counter()
        if verbose:
            improvement = ["OOB Improve"] if shows_improvement else []
            self._print("Iter", ["Train Loss", *improvement, "Remaining Time"])

    def update(self, i, train_score, improvement):
        """Take the scores of round i, counted from 0."""
        n_done = i - self.first + 1
        if not self.verbose or n_done % self.interval:
            return
        left = (self.n_rounds - i - 1) * (time.perf_counter() - self.start) / n_done
        scores = [train_score, improvement] if self.shows_improvement else [train_score]
        self._print(
            i + 1, [*(f"{score:.4f}" for score in scores), f"{left / 60:.2f}m" if left > 60 else f"{left:.2f}s"]
        )
        if self.verbose == 1 and n_done >= 10 * self.interval:
            self.interval *= 10

    def _print(self, number, columns):
        print(f"{number:>10} " + " ".join(f"{column:>16}" for column in columns))

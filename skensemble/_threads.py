"""Threads for kernels that run without Python's lock: how many there may be, and a run of tasks on them.

The threads of a run live for that run, so that a forked process finds no dead pool and two runs at once do
not share one; to start a thread takes about a tenth of a millisecond.
"""

import multiprocessing
import numbers
import os
import queue
import sys
import threading
from multiprocessing.dummy import DummyProcess

import joblib
import numpy as np
from joblib.parallel import BACKENDS, get_active_backend

# A thread that waits without a limit is not woken by Ctrl-C on Windows, nor by `_thread.interrupt_main`.
_WAIT_SECONDS = 0.05


def resolve_n_jobs(n_jobs):
    """Return the number of threads to use.

    Parameters
    ----------
    n_jobs : int or None
        -1 stands for all cores, -2 for all but one. None is what `joblib.parallel_config` says, or else 1;
        in a worker of joblib or Dask it is the worker's share of the cores, and no other number gives more
        than that.

    Returns
    -------
    n_threads : int
        At least 1.

    Raises
    ------
    TypeError
        If `n_jobs` is no integer.
    ValueError
        If it is 0.
    """
    if n_jobs is not None and (isinstance(n_jobs, bool) or not isinstance(n_jobs, numbers.Integral)):
        raise TypeError(f"n_jobs must be an integer or None, got {n_jobs!r}.")
    if n_jobs == 0:
        raise ValueError("n_jobs == 0 has no meaning; use None, a number of threads, or -1 for all cores.")
    share = _share_of_worker()
    if n_jobs is None:
        n_jobs = get_active_backend()[1] or share or 1
    n_threads = int(n_jobs) if n_jobs > 0 else max(1, joblib.cpu_count() + 1 + int(n_jobs))
    return n_threads if share is None else min(n_threads, share)


def _share_of_worker():
    """Return how many cores are meant for the worker of joblib or Dask that runs this, None outside of it."""
    backend = get_active_backend()[0]
    if isinstance(backend, BACKENDS["sequential"]):
        return 1
    n_siblings = _n_threads_of_dask_worker()
    if n_siblings == 0:
        if multiprocessing.current_process().daemon:  # one of a pool, whose size it cannot know
            return 1
        if not backend.nesting_level:
            return None
        if threading.current_thread() is threading.main_thread():
            return _limit_of_process()
        n_siblings = sum(isinstance(thread, DummyProcess) for thread in threading.enumerate())
    return min(_limit_of_process(), max(1, joblib.cpu_count() // max(1, n_siblings)))


def _limit_of_process():
    """Return what joblib (loky) and Dask tell the threaded libraries of a process that is one of many."""
    limit = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0]
    return min(max(1, int(limit)), joblib.cpu_count()) if limit.isdigit() else joblib.cpu_count()


def _n_threads_of_dask_worker():
    """Count the threads of the Dask worker that runs this; 0 outside of one."""
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return 0
    try:
        return distributed.get_worker().state.nthreads
    except ValueError:
        return 0


class StopFlag:
    """A flag that asks kernels to return early.

    Attributes
    ----------
    array : (1,) int64
        What kernels poll: 0 means go on.
    """

    def __init__(self):
        self.array = np.zeros(1, np.int64)

    def set(self):
        """Ask them to stop."""
        self.array[0] = 1

    @property
    def is_set(self):
        """Whether they are asked to stop."""
        return self.array[0] != 0


def run_in_threads(tasks, n_threads, stop=None, *, interruptible=False, progress=None):
    """Run tasks, several at once, and return their results.

    The calling thread waits and can be interrupted meanwhile: on Ctrl-C it sets the flag, waits for the
    tasks that run, and raises KeyboardInterrupt.  A task that fails sets the flag too.  Once it is set no
    further task starts.

    Parameters
    ----------
    tasks : sequence of callables without arguments
        They start in this order. Kernels in them poll the flag, or end soon anyway.
    n_threads : int
        How many tasks run at once, at most.
    stop : StopFlag, default=None
        The flag; None: one that only this run knows.
    interruptible : bool, default=False
        Whether the calling thread waits for a single thread too. Otherwise it runs the tasks itself, which is
        cheaper, but is interrupted only when a task has ended.
    progress : callable, default=None
        Called by the calling thread as ``progress(n_done, n_tasks)`` after each task.

    Returns
    -------
    results : list
        In the order of the tasks; None for those that did not start since the flag was set.

    Raises
    ------
    BaseException
        What a task has raised; that of the first in their order if several have.
    """
    run = _Run(tasks, StopFlag() if stop is None else stop, progress)
    n_threads = min(n_threads, len(tasks))
    if n_threads > 1 or (interruptible and n_threads == 1):
        run.on_threads(n_threads)
    else:
        run.here()
    return run.results


class _Run:
    """One run of tasks."""

    def __init__(self, tasks, stop, progress):
        self.tasks, self.stop, self.progress = tasks, stop, progress
        self.results = [None] * len(tasks)
        self.errors = {}  # task -> what it has raised
        self.turns = iter(range(len(tasks)))
        self.lock = threading.Lock()
        # True: a task is done, False: a thread has ended.
        self.events: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def here(self):
        """Run all in the calling thread."""
        try:
            for n_done, task in enumerate(self.tasks):
                if self.stop.is_set:
                    return
                self.results[n_done] = task()
                if self.progress is not None:
                    self.progress(n_done + 1, len(self.tasks))
        except BaseException:
            self.stop.set()
            raise

    def on_threads(self, n_threads):
        """Run all in threads, wait for them, and raise what they have raised."""
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(n_threads)]
        try:
            for thread in threads:
                thread.start()
            self._watch(len(threads))
        except BaseException:
            self.stop.set()
            raise
        finally:
            for thread in threads:
                while thread.is_alive():
                    thread.join(_WAIT_SECONDS)
        if self.errors:
            first = self.errors[min(self.errors)]
            self.errors.clear()
            try:
                raise first
            finally:
                del first  # its traceback would hold this frame, and with it all results, in a circle

    def _watch(self, n_running):
        """Wait until all threads have ended, and report progress."""
        n_done = 0
        while n_running:
            try:
                is_task = self.events.get(timeout=_WAIT_SECONDS)
            except queue.Empty:
                continue
            n_done += is_task
            n_running -= not is_task
            if is_task and self.progress is not None:
                self.progress(n_done, len(self.tasks))

    def _work(self):
        """Do one task after the other: the life of a thread."""
        while not self.stop.is_set:
            with self.lock:
                task = next(self.turns, None)
            if task is None:
                break
            try:
                self.results[task] = self.tasks[task]()
            except BaseException as error:  # SystemExit too: whatever it is belongs to the calling thread
                self.errors[task] = error
                self.stop.set()
            self.events.put(True)
        self.events.put(False)

"""Threads: how many there may be, and runs of tasks on them that never hang."""

import _thread
import functools
import signal
import subprocess
import sys
import threading
import time
import types

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.model_selection import GridSearchCV

from skensemble._compile import kernel
from skensemble._threads import StopFlag, resolve_n_jobs, run_in_threads

N_CORES = joblib.cpu_count()
PATIENCE = 20  # seconds after which a test takes a thread for hung

pytestmark = pytest.mark.nojit


@kernel
def work_until_stopped(flag, n_seen):
    while flag[0] == 0:
        n_seen[0] += 1
    return n_seen[0]


def wait_for(stop):
    deadline = time.monotonic() + PATIENCE
    while not stop.is_set:
        assert time.monotonic() < deadline, "nobody has set the flag"
        time.sleep(0.001)
    return "stopped"


def fail(message="no luck"):
    raise ArithmeticError(message)


def greatest_number_at_once(n_threads):
    """Run tasks in threads and return how many of them were at work at the same time."""
    lock, at_work, most = threading.Lock(), [0], [0]

    def task():
        with lock:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        time.sleep(0.02)
        with lock:
            at_work[0] -= 1

    run_in_threads([task] * (3 * n_threads), n_threads)
    return most[0]


class Counting(BaseEstimator):
    """An estimator whose score is the number of threads that its fit had at work."""

    def __init__(self, n_jobs=None, turn=0):
        self.n_jobs = n_jobs
        self.turn = turn

    def fit(self, X, y):
        self.n_threads_ = greatest_number_at_once(resolve_n_jobs(self.n_jobs))
        return self

    def score(self, X, y):
        return self.n_threads_


class TestNumberOfJobs:
    @pytest.mark.parametrize(
        ("n_jobs", "n_threads"),
        [
            (None, 1),
            (1, 1),
            (7, 7),
            (np.int64(2), 2),
            (-1, N_CORES),
            (-2, max(1, N_CORES - 1)),
            (-N_CORES - 10, 1),
        ],
    )
    def test_numbers_mean_what_they_mean_to_joblib(self, n_jobs, n_threads):
        assert resolve_n_jobs(n_jobs) == n_threads

    def test_zero_is_refused(self):
        with pytest.raises(ValueError, match="n_jobs == 0 has no meaning; use None"):
            resolve_n_jobs(0)

    @pytest.mark.parametrize("n_jobs", [1.0, "2", True])
    def test_what_is_no_integer_is_refused(self, n_jobs):
        with pytest.raises(TypeError, match="n_jobs must be an integer or None"):
            resolve_n_jobs(n_jobs)

    @pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
    def test_the_configuration_of_joblib_is_the_default(self, backend):
        with joblib.parallel_config(backend=backend, n_jobs=3):
            assert resolve_n_jobs(None) == 3
            assert resolve_n_jobs(2) == 2
        with joblib.parallel_config(n_jobs=-1):
            assert resolve_n_jobs(None) == N_CORES

    def test_the_sequential_backend_has_one_thread(self):
        with joblib.parallel_config(backend="sequential"):
            assert resolve_n_jobs(-1) == 1

    @pytest.mark.parametrize("n_jobs", [None, -1, 64])
    @pytest.mark.parametrize("n_workers_threads", [1, N_CORES])
    def test_a_worker_of_dask_has_its_share(self, monkeypatch, n_jobs, n_workers_threads):
        worker = types.SimpleNamespace(state=types.SimpleNamespace(nthreads=n_workers_threads))
        monkeypatch.setitem(sys.modules, "distributed", types.SimpleNamespace(get_worker=lambda: worker))
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

        assert resolve_n_jobs(n_jobs) == N_CORES // n_workers_threads

    def test_the_client_of_dask_is_no_worker(self, monkeypatch):
        def get_worker():
            raise ValueError("No worker found")

        monkeypatch.setitem(sys.modules, "distributed", types.SimpleNamespace(get_worker=get_worker))

        assert resolve_n_jobs(5) == 5


# Python warns of what the backend does by design.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
class TestNesting:
    SHARE = max(1, N_CORES // 2)

    @pytest.mark.parametrize("n_jobs", [None, 2, -1])
    @pytest.mark.parametrize(("backend", "share"), [("loky", SHARE), ("threading", SHARE), ("multiprocessing", 1)])
    def test_workers_of_joblib_share_the_cores(self, backend, share, n_jobs):
        numbers = joblib.Parallel(2, backend=backend)(joblib.delayed(resolve_n_jobs)(n_jobs) for _ in range(4))

        assert numbers == [share if n_jobs != 2 else min(2, share)] * 4

    @pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
    def test_tasks_run_in_workers(self, backend):
        squares = [functools.partial(pow, number, 2) for number in range(5)]

        results = joblib.Parallel(2, backend=backend)(joblib.delayed(run_in_threads)(squares, 2) for _ in range(3))

        assert results == [[0, 1, 4, 9, 16]] * 3

    def test_a_worker_may_have_its_own_limit(self):
        with joblib.parallel_config("loky", inner_max_num_threads=1):
            numbers = joblib.Parallel(2)(joblib.delayed(resolve_n_jobs)(-1) for _ in range(2))

        assert numbers == [1, 1]

    @pytest.mark.parametrize("n_jobs", [2, -1])
    @pytest.mark.parametrize("backend", ["loky", "threading"])
    def test_a_grid_search_does_not_oversubscribe(self, backend, n_jobs):
        search = GridSearchCV(Counting(n_jobs=n_jobs), {"turn": [0, 1]}, cv=2, n_jobs=2, refit=False)

        with joblib.parallel_config(backend):
            search.fit(np.zeros((4, 1)), np.zeros(4))

        assert search.cv_results_["mean_test_score"].max() <= self.SHARE


class TestRuns:
    @pytest.mark.parametrize("interruptible", [False, True])
    @pytest.mark.parametrize("n_threads", [1, 2, 20])
    def test_results_are_in_the_order_of_the_tasks(self, n_threads, interruptible):
        tasks = [lambda number=number: time.sleep(0.001 * (5 - number)) or number for number in range(5)]

        assert run_in_threads(tasks, n_threads, interruptible=interruptible) == [0, 1, 2, 3, 4]

    @pytest.mark.parametrize("interruptible", [False, True])
    def test_there_may_be_nothing_to_do(self, interruptible):
        assert run_in_threads([], 2, interruptible=interruptible) == []

    @pytest.mark.parametrize("n_threads", [1, 2, 3])
    def test_as_many_tasks_as_threads_are_at_work(self, n_threads):
        assert greatest_number_at_once(n_threads) == n_threads

    def test_one_thread_is_the_calling_thread(self):
        assert run_in_threads([threading.get_ident], 1) == [threading.get_ident()]

    def test_one_thread_that_can_be_interrupted_is_another_one(self):
        assert run_in_threads([threading.get_ident], 1, interruptible=True) != [threading.get_ident()]

    def test_no_thread_is_left(self):
        before = set(threading.enumerate())  # one of another test may end meanwhile

        run_in_threads([int] * 5, 3)

        assert set(threading.enumerate()) <= before

    @pytest.mark.parametrize("n_threads", [1, 2])
    def test_progress_is_told_to_the_calling_thread(self, n_threads):
        calls = []

        run_in_threads([int] * 3, n_threads, progress=lambda *call: calls.append((*call, threading.get_ident())))

        assert calls == [(n_done, 3, threading.get_ident()) for n_done in (1, 2, 3)]

    def test_several_runs_at_once_do_not_disturb_each_other(self):
        def run(start):
            return run_in_threads([lambda number=number: start + number for number in range(20)], 2)

        results = run_in_threads([lambda start=start: run(start) for start in range(8)], 8)

        assert results == [list(range(start, start + 20)) for start in range(8)]

    def test_a_forked_process_runs_tasks(self):
        program = """
import os
from skensemble._threads import run_in_threads
if __name__ == "__main__":
    assert run_in_threads([int] * 4, 2) == [0] * 4
    child = os.fork() if hasattr(os, "fork") else 0
    assert run_in_threads([str] * 4, 2) == [""] * 4
    if child:
        assert os.waitpid(child, 0)[1] == 0
"""
        subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=3 * PATIENCE)


class TestStopping:
    @pytest.mark.parametrize("n_threads", [1, 2])
    def test_nothing_starts_once_the_flag_is_set(self, n_threads):
        stop = StopFlag()
        stop.set()

        assert run_in_threads([int, int], n_threads, stop) == [None, None]

    @pytest.mark.parametrize("n_threads", [1, 2])
    def test_a_task_may_end_the_run(self, n_threads):
        stop = StopFlag()
        tasks = [int, *[lambda: stop.set() or wait_for(stop)] * 2, *[int] * 50]

        results = run_in_threads(tasks, n_threads, stop)

        assert results[:2] == [0, "stopped"]
        assert results[-1] is None

    def test_a_kernel_sees_the_flag(self):
        stop, n_seen = StopFlag(), np.zeros(1, np.int64)

        def set_after_a_while():
            while n_seen[0] < 10:
                time.sleep(0.001)
            stop.set()

        counted, _ = run_in_threads([lambda: work_until_stopped(stop.array, n_seen), set_after_a_while], 2, stop)

        assert counted >= 10

    @pytest.mark.parametrize("interruptible", [False, True])
    @pytest.mark.parametrize("n_threads", [1, 2, 3])
    def test_a_task_that_fails_ends_the_run(self, n_threads, interruptible):
        stop, later = StopFlag(), []
        tasks = [lambda: wait_for(stop)] * (n_threads - 1) + [fail] + [lambda: later.append(1)] * 50

        with pytest.raises(ArithmeticError, match="no luck"):
            run_in_threads(tasks, n_threads, stop, interruptible=interruptible)

        assert stop.is_set
        assert later == []

    def test_of_several_failures_the_first_task_is_told(self):
        stop = StopFlag()
        tasks = [lambda: wait_for(stop) and fail("first"), lambda: fail("second")]

        with pytest.raises(ArithmeticError, match="first"):
            run_in_threads(tasks, 2, stop)

    @pytest.mark.parametrize("n_threads", [1, 2])
    def test_a_task_may_ask_python_to_end(self, n_threads):
        with pytest.raises(SystemExit):
            run_in_threads([sys.exit] * 2, n_threads)

    @pytest.mark.parametrize("n_threads", [1, 2])
    def test_a_report_that_fails_ends_the_run(self, n_threads):
        stop, started = StopFlag(), []
        tasks = [int] + [lambda: started.append(1) or wait_for(stop)] * 50

        with pytest.raises(ArithmeticError, match="no paper"):
            run_in_threads(tasks, n_threads, stop, progress=lambda n_done, n_tasks: fail("no paper"))

        assert stop.is_set
        assert len(started) <= n_threads

    @pytest.mark.parametrize("n_threads", [1, 2])
    @pytest.mark.parametrize(
        "interrupt",
        [_thread.interrupt_main, lambda: signal.raise_signal(signal.SIGINT)],
        ids=["interrupt_main", "SIGINT"],
    )
    def test_ctrl_c_ends_the_run(self, interrupt, n_threads):
        stop, later = StopFlag(), []
        waiting = [lambda: wait_for(stop)] * (n_threads - 1)
        tasks = [*waiting, lambda: interrupt() or wait_for(stop), *[lambda: later.append(1)] * 50]
        before = set(threading.enumerate())  # one of another test may end meanwhile

        with pytest.raises(KeyboardInterrupt):
            run_in_threads(tasks, n_threads, stop, interruptible=True)

        assert stop.is_set
        assert later == []
        assert set(threading.enumerate()) <= before

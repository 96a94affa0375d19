"""Fresh processes to measure in: nothing compiled, loaded or allocated before helps or harms a contender."""

import contextlib
import ctypes
import gc
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_KIBIBYTE = 1024


def isolated(function, *args, environment=None):
    """Call a function in a fresh process and return its result.

    Parameters
    ----------
    function : callable
        A module's function, which the new process imports.
    *args
        Its arguments; they and the result are pickled.
    environment : mapping, default=None
        Environment variables that the process starts with, beside the present ones.

    Raises
    ------
    BrokenProcessPool
        If the process dies; what the function raises is raised here.
    """
    with variables(environment or {}), ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_call, function, *args).result()


def _call(function, *args):
    """Call a function, and end the processes that joblib keeps for more work: ours would wait minutes for them."""
    try:
        return function(*args)
    finally:
        if "joblib" in sys.modules:
            sys.modules["joblib"].externals.loky.get_reusable_executor().shutdown()


@contextlib.contextmanager
def variables(environment):
    """Set environment variables, and restore them at the end."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def import_seconds(module):
    """Seconds that importing a module takes in a fresh interpreter."""
    code = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
    # what a module prints itself comes before
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return float(output.split()[-1])


def extra_memory(action):
    """Call an action and see how far it raises this process's memory at most.

    Returns
    -------
    result
        Of the action.
    extra_bytes : int or None
        Highest resident memory during the action less that before it; None where the system does not tell
        (only Linux does).
    """
    _return_free_memory()
    try:
        _CLEAR.write_text("5")  # resets the high-water mark to the present size
        before = _resident_bytes("VmRSS")
    except OSError:
        return action(), None
    result = action()
    return result, max(0, _resident_bytes("VmHWM") - before)


def _return_free_memory():
    """Give the system what nobody uses: an action that takes it from there would seem to need none."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):  # only the C library of GNU has it
        ctypes.CDLL(None).malloc_trim(0)


def _resident_bytes(field):
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * _KIBIBYTE

"""Small packages, and fresh processes that import them and call their kernels."""

import contextlib
import importlib
import io
import multiprocessing
import os
import sys
import textwrap
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from numba import config
from numba.core.registry import cpu_target

cpu_target.target_context.refresh()  # half a second that every process would need before it compiles

_METHODS = multiprocessing.get_all_start_methods()
_CONTEXT = multiprocessing.get_context("forkserver" if "forkserver" in _METHODS else "spawn")
_CONTEXT.set_forkserver_preload(["skensemble._compile", __name__])


def call(function, *arguments):
    """Return the value of a function of some module in a process of its own."""
    with ProcessPoolExecutor(1, _CONTEXT) as pool:
        return pool.submit(function, *arguments).result()


class Answer(NamedTuple):
    """What a fresh process has found."""

    value: object
    n_compiled: int  # kernels that did not come from the cache
    said: str  # on standard error


class Package:
    """A package `tiny` whose modules a test writes.

    Parameters
    ----------
    folder : pathlib.Path
        The package and its caches live here.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.root = self.folder / "tiny"
        self.cache = self.folder / "cache"  # NUMBA_CACHE_DIR of the processes; None: not set
        self.user_cache = self.folder / "user_cache"
        self.root.mkdir()
        self.write("__init__", "")

    def write(self, module, source):
        """Write a module; it can name `kernel`, `record`, `NamedTuple` and `np`."""
        self.root.joinpath(module + ".py").write_text(_HEAD + textwrap.dedent(source), "utf-8")

    def evaluate(self, expression, *preparations):
        """Return the `Answer` to an expression about the modules of the package, in a process of its own."""
        return self.evaluate_at_once(1, expression, *preparations)[0]

    def evaluate_at_once(self, n_processes, expression, *preparations):
        """Return the `Answer` of each of several processes that start together."""
        arguments = (self.folder, self.cache, self.user_cache, expression, preparations)
        with contextlib.ExitStack() as stack:
            # A pool each: a process takes no second question, and none waits for another one's answer.
            pools = [stack.enter_context(ProcessPoolExecutor(1, _CONTEXT)) for _ in range(n_processes)]
            return [answer.result() for answer in [pool.submit(_evaluate, *arguments) for pool in pools]]

    def entries(self):
        """List the files of the cache."""
        return sorted(self.folder.rglob("*.nbc"))


_HEAD = """\
from typing import NamedTuple

import numpy as np

from skensemble._compile import kernel, record

"""


def _evaluate(folder, cache, user_cache, expression, preparations):
    from skensemble import _compile

    config.CACHE_DIR = str(cache or "")
    _compile._USER_FOLDER = str(user_cache)
    os.environ.pop("SKENSEMBLE_QUIET", None)
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True  # Python takes a file of equal length that was edited within a second for the same
    said = io.StringIO()
    modules = {path.stem: importlib.import_module(f"tiny.{path.stem}") for path in folder.glob("tiny/[a-z]*.py")}
    with contextlib.redirect_stderr(said):
        for statement in preparations:
            exec(statement, modules)
        value = eval(expression, modules)
    kernels = {
        id(kernel): kernel
        for name in list(sys.modules)
        if name.startswith("tiny.")
        for kernel in vars(sys.modules[name]).values()
        if hasattr(kernel, "stats")
    }
    n_compiled = sum(sum(kernel.stats.cache_misses.values()) for kernel in kernels.values())
    return Answer(value, n_compiled, said.getvalue())

"""The command line: `python -m skensemble info` and `python -m skensemble warmup`."""

import argparse
import importlib.metadata
import inspect
import os
import platform
import sys
import time

import joblib
import numpy as np

import skensemble
from skensemble import _compile
from skensemble._threads import resolve_n_jobs

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "numba", "joblib", "narwhals")
_METHODS = ("predict", "predict_proba", "score_samples", "apply", "decision_path", "transform")
_N_SAMPLES, _N_FEATURES = 64, 3
_N_CLASSES = {"two classes": 2, "three classes": 3}
_TREES = (  # each is a compilation of its own; then those that share one with them
    ("DecisionTreeClassifier", "gini", "two classes"),
    ("DecisionTreeClassifier", "gini", "three classes"),
    ("DecisionTreeRegressor", "absolute_error", "numbers"),
    ("DecisionTreeClassifier", "entropy", "three classes"),
    ("DecisionTreeRegressor", "poisson", "numbers"),
)
_WITHOUT_KERNELS = ("GreedyEnsembleSelector",)
_STAGEWISE_LOSSES = (
    ("Regressor", "absolute_error", "numbers"),
    ("Regressor", "huber", "numbers"),
    ("Classifier", "exponential", "two classes"),
)
_LOSSES = ("squared_error", "quantile", "huber", "poisson", "gamma", "tweedie")  # each has gradients of its own


def main(arguments=None):
    """Run a command.

    Parameters
    ----------
    arguments : list of str, default=None
        The command and its options; None: those of the process.
    """
    parser = argparse.ArgumentParser("python -m skensemble", description=skensemble.__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser("info", help="print versions, processor, threads and the cache of compiled kernels")
    command.set_defaults(run=lambda options: print_info())
    command = commands.add_parser("warmup", help="compile the kernels now instead of at the first fit")
    command.add_argument("--jobs", type=int, default=-1, metavar="N", help="processes that compile (-1: a core each)")
    command.set_defaults(run=lambda options: warm_up(options.jobs))
    options = parser.parse_args(arguments)
    options.run(options)


def print_info():
    """Print what a report of a bug should tell."""
    rows = {
        "skensemble": skensemble.__version__,
        "python": f"{platform.python_version()} ({platform.platform()})",
    }
    rows |= {name: importlib.metadata.version(name) for name in _LIBRARIES}
    rows |= {
        "processor": _compile.processor(),
        "cores": f"{joblib.cpu_count()} ({joblib.cpu_count(only_physical_cores=True)} physical)",
        "n_jobs=-1": f"{resolve_n_jobs(-1)} threads",
        "n_jobs=None": f"{resolve_n_jobs(None)} threads",
        "kernels": "compiled" if _compile.is_compiled() else "plain Python (NUMBA_DISABLE_JIT is set)",
        "cache": f"{_compile.cache_directory() or 'no folder can be written'} ({_size()})",
    }
    width = max(map(len, rows))
    print("\n".join(f"{name:{width}}  {value}" for name, value in rows.items()))


def warm_up(n_jobs=-1):
    """Compile the kernels by fits of every class to a few rows, so that they are in the cache.

    Parameters
    ----------
    n_jobs : int, default=-1
        Processes that compile at once.
    """
    if not _compile.is_compiled():
        print("Kernels are not compiled: NUMBA_DISABLE_JIT is set.")
        return
    start = time.perf_counter()
    os.environ["SKENSEMBLE_QUIET"] = "1"  # of the workers too, each of which would announce its compilation
    fits = joblib.Parallel(n_jobs, batch_size=1, return_as="generator_unordered")(
        joblib.delayed(_fit)(*case) for case in _cases()
    )
    kernels = set()
    for text, seconds, names in fits:
        print(f"{seconds:6.1f} s  {text}", flush=True)
        kernels.update(names)
    seconds = time.perf_counter() - start
    print(f"{len(kernels)} kernels in {seconds:.1f} s; {_size()} in {_compile.cache_directory()}")


def _cases():
    """List what to fit: the name of a class, parameters, and a target."""
    cases = [
        (name, {"criterion": criterion, **growth}, target)
        for growth in ({}, {"max_leaf_nodes": 4})
        for name, criterion, target in _TREES
    ]
    for loss in _LOSSES:
        quantile = {"quantile": 0.5} if loss == "quantile" else {}
        parameters = {"loss": loss, "early_stopping": True, "max_iter": 2, **quantile}
        cases.append(("HistGradientBoostingRegressor", parameters, "numbers"))
    cases += [("HistGradientBoostingClassifier", {"early_stopping": True, "max_iter": 2}, y) for y in _N_CLASSES]
    cases.append(
        ("HistGradientBoostingRegressor", {"leaf_model": "linear", "subsample": 0.5, "max_iter": 2}, "numbers")
    )
    for kind, loss, target in _STAGEWISE_LOSSES:
        cases.append((f"GradientBoosting{kind}", {"loss": loss, "n_estimators": 2}, target))
    for name in sorted(set(skensemble.__all__).difference(_WITHOUT_KERNELS)):
        parameters = _few_estimators(getattr(skensemble, name))
        if parameters is not None:
            targets = _N_CLASSES if name.endswith("Classifier") else ("numbers",)
            cases += [(name, parameters, target) for target in targets]
    return cases


def _few_estimators(cls):
    """Return the parameters of a small estimator; None for a class that cannot be fitted without others."""
    parameters = inspect.signature(cls).parameters.values()
    if not hasattr(cls, "fit") or any(parameter.default is parameter.empty for parameter in parameters):
        return None
    return {"n_estimators": 2} if "n_estimators" in cls().get_params() else {}


def _fit(name, parameters, target):
    """Fit an estimator and call its methods; return its description, the seconds and the kernels called."""
    start = time.perf_counter()
    rng = np.random.default_rng(0)
    X = rng.normal(size=(_N_SAMPLES, _N_FEATURES))
    y = rng.uniform(size=_N_SAMPLES)
    if target in _N_CLASSES:
        y = (y * _N_CLASSES[target]).astype(int)
    model = getattr(skensemble, name)(**parameters).fit(X, y)
    for method in _METHODS:
        if hasattr(model, method):
            getattr(model, method)(X)
    if hasattr(model, "refit_leaves") and model.leaf_model == "constant":
        model.refit_leaves(X, y)
    text = f"{name}({', '.join(f'{key}={value!r}' for key, value in parameters.items())}), {target}"
    return text, time.perf_counter() - start, list(_compile.compiled_signatures())


def _size():
    return f"{_compile.cache_size() / 2**20:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())

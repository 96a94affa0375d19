"""``python -m benchmarks boosting``: the histogram boosters, their peers, and the bars that they are to reach."""

from functools import partial

from benchmarks import data
from benchmarks.cases import Case
from benchmarks.concurrency import at_once
from benchmarks.footprint import memory_of_fit, one_row
from benchmarks.peers import OURS, Contender
from benchmarks.startup import first_fit
from benchmarks.suite import add_arguments, run_suite

__all__ = ["CASES", "EXTRAS", "SUMMARY", "add_arguments", "run"]

SUMMARY = "histogram boosters: time to fit and predict, model size, latency, memory, start (about half an hour)"

_LEAVES = (7, 31, 127, 255)
_PEERS = (
    "scikit-learn",
    "LightGBM",
    "LightGBM by column",
    "LightGBM quantised",
    "XGBoost",
    "XGBoost by depth",
    "CatBoost",
)
_ALL = tuple(Contender(library) for library in (OURS, *_PEERS))
_FEW = tuple(Contender(library) for library in (OURS, "scikit-learn", "LightGBM", "LightGBM by column", "XGBoost"))
_BARS = {"fit_bars": dict.fromkeys((peer for peer in _PEERS if peer not in ("scikit-learn", "CatBoost")), 0.45)}
_SMALL_BARS = {"fit_bars": {"LightGBM": 1.0}}

_classifier = partial(Case, estimator="HistGradientBoostingClassifier")
_regressor = partial(Case, estimator="HistGradientBoostingRegressor")
_many_features = partial(data.binary, n_features=28)
_many_missing = partial(data.with_missing, maker=_many_features)


def _at_leaves(make, name, maker, sizes, contenders=_FEW):
    """One case at each number of leaves; all peers at 31, the number that all of them have by default or nearly."""
    return tuple(
        make(
            f"{name}, {leaves} leaves",
            data=maker,
            sizes=sizes,
            parameters={"max_leaf_nodes": leaves},
            contenders=_ALL if leaves == 31 else contenders,
            **_BARS,
        )
        for leaves in _LEAVES
    )


CASES = (
    *_at_leaves(_classifier, "2 classes", _many_features, {1_000_000: 100}),
    *_at_leaves(_classifier, "7 classes", data.terrain, {200_000: 20}),
    *_at_leaves(_regressor, "regression", data.regression, {100_000: 100}),
    _classifier("missing, 2 classes", data=_many_missing, sizes={1_000_000: 100}, contenders=_FEW, **_BARS),
    _regressor(
        "small regression",
        data=partial(data.regression, n_features=10),
        sizes={500: 100, 5_000: 100},
        contenders=_FEW,
        **_SMALL_BARS,
    ),
)

_SERVED = _classifier("2 classes", data=_many_features, sizes={2_000: 100})
_LARGE = _classifier("2 classes", data=_many_features, sizes={100_000: 100})
EXTRAS = {
    "one row": [partial(one_row, _SERVED)],
    "memory": [partial(memory_of_fit, _LARGE)],
    "at once": [partial(at_once, _LARGE)],
    "first fit": [partial(first_fit, "HistGradientBoostingRegressor")],
}


def run(arguments):
    """Run the chosen cases; see `benchmarks.suite.run_suite`."""
    return run_suite("boosting", CASES, EXTRAS, arguments)

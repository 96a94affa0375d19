"""``python -m benchmarks forests``: trees and forests, their peers, and the bars that they are to reach."""

from functools import partial

from benchmarks import data
from benchmarks.cases import Case
from benchmarks.concurrency import at_once
from benchmarks.footprint import memory_of_fit, one_row
from benchmarks.peers import OURS, Contender
from benchmarks.startup import first_fit, import_time
from benchmarks.suite import add_arguments, run_suite

__all__ = ["CASES", "EXTRAS", "SUMMARY", "add_arguments", "run"]

SUMMARY = "trees and forests: time to fit and predict, model size, latency, memory, start (about ten minutes)"

_TWO = (Contender(OURS), Contender("scikit-learn"))
_THREE = (*_TWO, Contender("scikit-learn-intelex"))
_FIVE = (*_THREE, Contender("LightGBM"), Contender("XGBoost"))
_ENCODED = (Contender(OURS), Contender("scikit-learn", "ordinal"), Contender("scikit-learn", "one-hot"))

_TREE = {"fit_bars": {"scikit-learn": 0.5}}
_REGRESSION = {"fit_bars": {"scikit-learn": 0.35, "scikit-learn-intelex": 0.6}}
_CLASSIFICATION = {"fit_bars": {"scikit-learn": 0.45, "scikit-learn-intelex": 0.6}}
_THIRD, _ALL_FEATURES = {"max_features": 1 / 3}, {"max_features": 1.0}

_FOREST = {1_000: 100, 10_000: 20, 100_000: 10}  # rows: trees
_SINGLE = {1_000: None, 10_000: None, 100_000: None}
_SMALL, _MIDDLE = {1_000: 20}, {10_000: 20}

_few_features = partial(data.regression, n_features=10)
_regression_missing = partial(data.with_missing, maker=data.regression)
_terrain_missing = partial(data.with_missing, maker=data.terrain)

_regressor = partial(Case, estimator="RandomForestRegressor")
_classifier = partial(Case, estimator="RandomForestClassifier")

_HEADLINES = (
    _regressor(
        "forest regression",
        data=data.regression,
        sizes=_FOREST,
        parameters=_THIRD,
        contenders=_THREE,
        **_REGRESSION,
    ),
    _classifier("forest 7 classes", data=data.terrain, sizes=_FOREST, contenders=_THREE, **_CLASSIFICATION),
)
CASES = (
    *_HEADLINES,
    _regressor(
        "forest, all features",
        data=data.regression,
        sizes={1_000: 20, 10_000: 4, 100_000: 4},
        parameters=_ALL_FEATURES,
        contenders=_THREE,
        **_REGRESSION,
    ),
    _regressor("forest, 10 features", data=_few_features, sizes={1_000: 100}, contenders=_THREE),
    _classifier("forest 2 classes", data=data.binary, sizes=_FOREST, contenders=_THREE, **_CLASSIFICATION),
    _regressor(
        "forest, 255 leaves",
        data=data.regression,
        sizes={10_000: 10},
        parameters={**_THIRD, "max_leaf_nodes": 255},
        contenders=_FIVE,
        **_REGRESSION,
    ),
    Case(
        "extra-trees regression",
        "ExtraTreesRegressor",
        data.regression,
        _FOREST,
        contenders=_THREE,
        **_REGRESSION,
    ),
    Case(
        "extra-trees 7 classes",
        "ExtraTreesClassifier",
        data.terrain,
        _FOREST,
        contenders=_THREE,
        **_CLASSIFICATION,
    ),
    Case("tree regression", "DecisionTreeRegressor", data.regression, _SINGLE, **_TREE),
    Case("tree 7 classes", "DecisionTreeClassifier", data.terrain, _SINGLE, **_TREE),
    Case("isolation forest", "IsolationForest", data.outliers, dict.fromkeys(_FOREST, 100)),
    _classifier("entropy", data=data.terrain, sizes=_MIDDLE, parameters={"criterion": "entropy"}, **_CLASSIFICATION),
    _regressor("poisson", data=data.counts, sizes=_SMALL, parameters={"criterion": "poisson"}),
    _regressor("absolute error", data=_few_features, sizes=_SMALL, parameters={"criterion": "absolute_error"}),
    _regressor("missing, regression", data=_regression_missing, sizes=_MIDDLE, parameters=_THIRD, **_REGRESSION),
    _classifier("missing, 7 classes", data=_terrain_missing, sizes=_MIDDLE, **_CLASSIFICATION),
    _classifier("sparse text", data=data.text, sizes=_MIDDLE, **_CLASSIFICATION),
    _classifier("categories", data=data.categories, sizes=_MIDDLE, contenders=_ENCODED),
)

_SERVED = (
    _regressor("forest regression", data=data.regression, sizes={2_000: 100}, contenders=_THREE),
    _classifier("forest 7 classes", data=data.terrain, sizes={2_000: 100}, contenders=_THREE),
    Case("tree regression", "DecisionTreeRegressor", data.regression, {2_000: None}),
)
_CROWD = _regressor("forest regression", data=data.regression, sizes={10_000: 8}, parameters=_THIRD)
EXTRAS = {
    "one row": [partial(one_row, case) for case in _SERVED],
    "memory": [partial(memory_of_fit, case) for case in _HEADLINES],
    "at once": [partial(at_once, _CROWD)],
    "import": [import_time],
    "first fit": [partial(first_fit, name) for name in ("RandomForestRegressor", "RandomForestClassifier")],
}


def run(arguments):
    """Run the chosen cases; see `benchmarks.suite.run_suite`."""
    return run_suite("forests", CASES, EXTRAS, arguments)

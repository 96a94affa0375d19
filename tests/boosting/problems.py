"""Problems for boosters, and the core as tests call it."""

import numpy as np

from skensemble.binning.bins import find_bins
from skensemble.boosting.booster import Booster, BoostingPlan
from skensemble.criteria.second_order import SecondOrder
from skensemble.estimators.growth_parameters import interaction_groups
from skensemble.growing.growth import FORCED, NOTHING, Growth
from skensemble.objectives.objectives import new_objective
from skensemble.records import Constraints

NO_LIMIT = 2**31 - 1
CRITERION = {
    "l1": 0.0,
    "l2": 0.0,
    "min_child_weight": 1e-3,
    "min_samples_leaf": 5,
    "max_delta_step": np.inf,
    "categorical_smoothing": 10.0,
    "path_smoothing": 0.0,
}
GROWTH = {
    "max_leaf_nodes": 8,
    "max_depth": NO_LIMIT,
    "min_gain": 0.0,
    "by_depth": False,
    "is_unlimited": False,
    "learning_rate": 0.1,
    "max_features": 1.0,
    "max_features_by_level": 1.0,
    "max_features_by_tree": 1.0,
    "random_thresholds": False,
    "feature_weights": np.zeros(0),
    "penalties": np.zeros(0),
    "first_use_penalties": np.zeros(0),
    "forced": np.zeros(0, FORCED),
}
OF_PLAN = ("is_linear", "is_symmetric", "sampling", "dropout_rate", "is_intermediate", "has_vectors")
N_CATEGORIES = 12


def problem(loss, n_samples=300, n_features=4, missing=0.1, seed=0, n_classes=2):
    """Return X, whose feature 2 could be categorical, and a target."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_samples, n_features))
    X[:, 1] = random.integers(0, 4, n_samples)
    X[:, 2] = random.integers(0, N_CATEGORIES, n_samples)
    effects = random.standard_normal(N_CATEGORIES)[X[:, 2].astype(int)]
    signal = X[:, 0] + np.sin(3 * X[:, -1]) + 0.3 * X[:, 1] + effects + 0.3 * random.standard_normal(n_samples)
    X[random.random(X.shape) < missing] = np.nan
    if loss != "log_loss":
        return X, signal
    return X, np.digitize(signal, np.quantile(signal, np.arange(1, n_classes) / n_classes)).astype(float)


def boost(
    X,
    y,
    loss,
    *,
    n_rounds=5,
    weight=None,
    n_threads=1,
    max_bins=255,
    categorical=(),
    n_classes=2,
    bundles=True,
    **options,
):
    """Boost from raw predictions of 0; returns the booster, its trees and the raw predictions of the first output."""
    constraints = Constraints(
        np.asarray(options.pop("monotonic", ()), np.int8), interaction_groups(options.pop("groups", None), X.shape[1])
    )
    criterion = SecondOrder(**{name: options.pop(name, default) for name, default in CRITERION.items()})
    growth = Growth(**{name: options.pop(name, default) for name, default in GROWTH.items()})
    of_plan = {name: options.pop(name) for name in OF_PLAN if name in options}
    assert not options
    objective = new_objective(loss, n_classes)
    plan = BoostingPlan(objective, criterion, growth, (constraints,), 0, **of_plan)
    n_categories = np.zeros(X.shape[1], np.int64)
    n_categories[list(categorical)] = N_CATEGORIES
    bins = find_bins(X, max_bins, n_categories, weight)
    raw = np.zeros((objective.loss.n_outputs, X.shape[0]))
    booster = Booster(plan, bins, bins.encode(X, bundles=bundles), y, raw, weight, n_threads=n_threads, X=X)
    return booster, booster.boost(n_rounds), raw[0]


def bits(tree):
    """The arrays of a tree as bytes."""
    return [array.tobytes() for array in tree if array is not None]


def forced_table(tree):
    """The cuts of a nested dict as the core takes them."""
    rows = []

    def add(cut):
        if cut is None:
            return NOTHING
        number = len(rows)
        rows.append(None)
        rows[number] = (cut["feature"], cut["bin"], add(cut.get("left")), add(cut.get("right")))
        return number

    add(tree)
    return np.array(rows, FORCED)

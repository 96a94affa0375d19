"""The parameters of boosters: contradictions are named, and each does what its text says."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import TimeSeriesSplit

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

N_SAMPLES, N_FEATURES = 300, 4


def regression(seed=0):
    """Return X and a target that all four features have a say in."""
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, (N_SAMPLES, N_FEATURES))
    return X, 2 * X[:, 0] + X[:, 1] ** 2 - X[:, 2] + np.sin(3 * X[:, 3]) + 0.2 * random.standard_normal(N_SAMPLES)


def fitted(**parameters):
    """Return a regressor of few rounds."""
    X, y = regression()
    return HistGradientBoostingRegressor(**{"max_iter": 6, "random_state": 0, **parameters}).fit(X, y)


def inner_nodes(model):
    """The rows of the trees' frame that are no leaves."""
    frame = model.to_frame()
    return frame[~frame["is_leaf"]]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"top_rate": 0.3}, "top_rate and other_rate are for row_sampling=\"goss\", but it is 'uniform'"),
        ({"row_sampling": "mvs", "subsample": 0.5, "other_rate": 0.3}, "top_rate and other_rate are for"),
        (
            {"row_sampling": "goss", "subsample_groups": 0},
            'subsample_groups is for row_sampling="uniform", but it is \'g',
        ),
        ({"row_sampling": "mvs", "subsample": 0.5, "subsample_groups": 0}, "subsample_groups is for row_sampling"),
        ({"row_sampling": "goss", "subsample": 0.5}, 'subsample=0.5 is not used by row_sampling="goss"'),
        ({"row_sampling": "goss", "top_rate": 0.6, "other_rate": 0.5}, "their sum must not exceed 1"),
        ({"row_sampling": "mvs"}, 'row_sampling="mvs" draws a share of the rows: set subsample below 1'),
        ({"subsample_groups": 0}, "subsample_groups are drawn from: set subsample below 1"),
        ({"subsample": 0.5, "subsample_groups": 4}, "subsample_groups names the feature 4, which X with 4 features"),
        ({"subsample": 0.5, "subsample_groups": "shop"}, "subsample_groups names the feature 'shop'"),
        ({"subsample": 0.5, "subsample_groups": [1, 2]}, r"subsample_groups has shape \(2,\), but X has 300 rows"),
        ({"subsample": 0.0}, "'subsample' parameter"),
        ({"row_sampling": "all"}, "'row_sampling' parameter"),
    ],
)
def test_contradictions_of_row_sampling_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        fitted(**parameters)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"feature_weights": [0, 0, 0, 0], "max_features": 0.5},
            "feature_weights are all 0: no feature could be drawn",
        ),
        ({"feature_weights": [1, 2, 3, 4]}, "feature_weights are for drawing features, and all are looked at"),
        ({"feature_weights": [1, 2], "max_features": 0.5}, r"feature_weights has shape \(2,\), but X has 4 features"),
        ({"feature_weights": {"a": 1}, "max_features": 0.5}, "feature_weights names the feature 'a'"),
        ({"feature_penalties": [1, -1, 0, 0]}, "feature_penalties has to hold finite numbers that are not negative"),
        ({"feature_penalties": {7: 1}}, "feature_penalties names the feature 7, which X with 4 features lacks"),
        ({"first_use_penalties": {0: np.inf}}, "first_use_penalties has to hold finite numbers"),
        ({"first_use_penalties": [1]}, r"first_use_penalties has shape \(1,\)"),
        ({"bin_thresholds": {0: [1.0, 1.0]}}, "bin_thresholds of the feature 0 have to be finite and ascending"),
        ({"bin_thresholds": {0: [1.0, 0.0]}}, "bin_thresholds of the feature 0 have to be finite and ascending"),
        ({"bin_thresholds": {0: [0.0, np.nan]}}, "bin_thresholds of the feature 0 have to be finite and ascending"),
        ({"bin_thresholds": {True: [0.0]}}, "bin_thresholds names the feature True"),
        ({"bin_thresholds": [[0.0], None]}, "bin_thresholds has 2 items, but X has 4 features"),
        ({"bin_thresholds": {-1: [0.0]}}, "bin_thresholds names the feature -1"),
        (
            {"bin_thresholds": {0: [0.0]}, "categorical_features": [0]},
            "bin_thresholds names the feature 0, which is cat",
        ),
        ({"forced_splits": {"feature": 0}}, "forced_splits has to be a dict with 'feature', 'threshold'"),
        ({"forced_splits": {"feature": 0, "threshold": 0.0, "middle": {}}}, "forced_splits has to be a dict with"),
        (
            {"forced_splits": {"feature": 0, "threshold": 0.0, "left": 3}},
            "forced_splits has to be a dict .* but holds 3",
        ),
        ({"forced_splits": {"feature": 4, "threshold": 0.0}}, "forced_splits names the feature 4, which X with 4"),
        ({"forced_splits": {"feature": 0, "threshold": np.inf}}, "forced_splits has the threshold inf, which is not"),
        (
            {"forced_splits": {"feature": 0, "threshold": 0.0}, "categorical_features": [0]},
            "forced_splits names the feature 0, which is categorical",
        ),
        (
            {"forced_splits": {"feature": 0, "threshold": 0.0}, "growth": "symmetric"},
            'forced_splits are of single leaves: they need growth="leaf" or "depth", not "symmetric"',
        ),
    ],
)
def test_contradictions_of_features_are_named(parameters, message):
    X, y = regression()
    X[:, 0] = np.round(2 + 2 * X[:, 0])

    with pytest.raises(ValueError, match=message):
        HistGradientBoostingRegressor(max_iter=2, **parameters).fit(X, y)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"validation_split": TimeSeriesSplit(2)}, "validation_split is for early stopping: set early_stopping=True"),
        ({"loss": "absolute_error", "path_smoothing": 1.0}, "path_smoothing does not go with loss='absolute_error'"),
        ({"loss": "squared_log"}, "'loss' parameter"),
        ({"monotonic_method": "advanced"}, "'monotonic_method' parameter"),
        ({"monotonic_method": "intermediate"}, 'monotonic_method="intermediate" is not used without monotonic_cst'),
    ],
)
def test_other_contradictions_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        fitted(**parameters)


def test_a_split_beside_validation_data_is_refused():
    X, y = regression()
    model = HistGradientBoostingRegressor(early_stopping=True, validation_split=TimeSeriesSplit(2))

    with pytest.raises(ValueError, match="validation_split is not used beside X_val"):
        model.fit(X, y, X_val=X, y_val=y)


def test_dropout_does_not_go_on():
    X, y = regression()
    model = fitted(dropout_rate=0.5, warm_start=True)

    with pytest.raises(ValueError, match="dropout_rate > 0 changes earlier trees"):
        model.set_params(max_iter=9).fit(X, y)


@pytest.mark.parametrize("shape", [(N_SAMPLES - 1,), (N_SAMPLES, 2), (1, N_SAMPLES), ()])
def test_an_offset_has_the_shape_of_the_raw_predictions(shape):
    X, y = regression()

    with pytest.raises(ValueError, match=r"init_score has shape .*, but the raw predictions have shape \(300,\)"):
        HistGradientBoostingRegressor().fit(X, y, init_score=np.zeros(shape))


def test_an_offset_of_classes_has_a_column_for_each():
    X, y = regression()
    model, classes = HistGradientBoostingClassifier(max_iter=2), np.digitize(y, [-1.0, 1.0])

    with pytest.raises(ValueError, match=r"init_score has shape \(300,\), but .* have shape \(300, 3\)"):
        model.fit(X, classes, init_score=np.zeros(N_SAMPLES))
    with pytest.raises(ValueError, match="init_score has to be finite"):
        model.fit(X, classes, init_score=np.full((N_SAMPLES, 3), np.nan))
    assert model.fit(X, classes, init_score=np.zeros((N_SAMPLES, 3))).n_iter_ == 2


def test_an_offset_of_a_squared_error_is_taken_from_the_target():
    X, y = regression()
    offset = np.round(3 * X[:, 0], 2)
    of_offset = HistGradientBoostingRegressor(max_iter=10).fit(X, y, init_score=offset)
    of_rest = HistGradientBoostingRegressor(max_iter=10).fit(X, y - offset)
    of_column = HistGradientBoostingRegressor(max_iter=10).fit(X, y, init_score=offset[:, np.newaxis])

    assert_allclose(of_offset.predict(X), of_rest.predict(X), rtol=1e-8, atol=1e-10)
    assert_array_equal(of_column.predict(X), of_offset.predict(X))


def test_exposures_of_counts_recover_their_rates():
    random = np.random.default_rng(0)
    kind, exposure = random.integers(0, 2, 4000), random.uniform(0.1, 10.0, 4000)
    rates = np.array([0.5, 3.0])
    counts = random.poisson(exposure * rates[kind])
    model = HistGradientBoostingRegressor("poisson", max_iter=100, learning_rate=0.3)
    model.fit(kind[:, np.newaxis], counts, init_score=np.log(exposure))

    of_kinds = [counts[kind == k].sum() / exposure[kind == k].sum() for k in (0, 1)]
    assert_allclose(model.predict([[0], [1]]), of_kinds, rtol=1e-3)
    assert_allclose(of_kinds, rates, rtol=0.1)


def test_held_out_rows_have_offsets_of_their_own():
    """The same rows are worth the same score, whichever part of the fit they are in."""
    X, y = regression()
    offset = np.round(3 * X[:, 0], 2)
    model = HistGradientBoostingRegressor(max_iter=5, early_stopping=True, n_iter_no_change=5)
    model.fit(X, y, X_val=X, y_val=y, init_score=offset, init_score_val=offset)

    assert_allclose(model.validation_score_, model.train_score_)
    with pytest.raises(ValueError, match="init_score_val is provided, but X_val and y_val were not"):
        model.fit(X, y, init_score_val=offset)
    with pytest.raises(ValueError, match="init_score_val has shape"):
        model.fit(X, y, X_val=X, y_val=y, init_score_val=offset[1:])


@pytest.mark.parametrize("growth", ["leaf", "depth"])
def test_forced_splits_are_at_the_top_of_each_tree(growth):
    forced = {"feature": 3, "threshold": 0.25, "left": {"feature": 1, "threshold": -0.5}}
    forced["right"] = {"feature": 3, "threshold": 0.5}
    nodes = inner_nodes(fitted(forced_splits=forced, growth=growth, min_samples_leaf=5))

    for _, tree in nodes.groupby("tree"):
        root = tree.iloc[0]
        left, right = (tree[tree["node"] == root[f"{side}_child"]].iloc[0] for side in ("left", "right"))
        assert [(node["feature"], node["threshold"]) for node in (root, left, right)] == [
            (3, 0.25),
            (1, -0.5),
            (3, 0.5),
        ]


def test_a_forced_split_that_leaves_too_few_samples_is_not_made():
    nodes = inner_nodes(fitted(forced_splits={"feature": 3, "threshold": 0.999}))

    assert not np.any((nodes["feature"] == 3) & (nodes["threshold"] == 0.999))
    assert nodes["tree"].nunique() == 6


@pytest.mark.parametrize("as_list", [False, True])
def test_trees_are_cut_at_the_thresholds_that_are_given(as_list):
    thresholds = {0: [-0.5, 0.0, 0.5], 2: [0.1]}
    given = [thresholds.get(feature) for feature in range(N_FEATURES)] if as_list else thresholds
    nodes = inner_nodes(fitted(bin_thresholds=given, max_iter=20))

    for feature in range(N_FEATURES):
        used = set(nodes["threshold"][nodes["feature"] == feature])
        if feature in thresholds:
            assert used == set(thresholds[feature])
        else:
            assert len(used) > 5


@pytest.mark.parametrize("parameter", ["feature_penalties", "first_use_penalties"])
@pytest.mark.parametrize("growth", ["leaf", "symmetric"])
def test_a_price_keeps_a_feature_out(parameter, growth):
    assert 0 in set(inner_nodes(fitted(growth=growth))["feature"])
    used = set(inner_nodes(fitted(growth=growth, **{parameter: {0: 1e6}}))["feature"])

    assert 0 not in used
    assert len(used) > 1


def test_a_feature_of_weight_0_is_never_drawn():
    names = ["a", "b", "c", "d"]
    X, y = regression()
    model = HistGradientBoostingRegressor(feature_weights={"a": 0}, max_features=0.5, max_iter=10, random_state=0)
    model.fit(pd.DataFrame(X, columns=names), y)

    assert set(inner_nodes(model)["feature"]) == {"b", "c", "d"}


@pytest.mark.parametrize("method", ["basic", "intermediate"])
@pytest.mark.parametrize("signs", [{"low": [1, 0, 0, -1]}, {"low": {0: 1}, "middle": {3: -1}}, {"high": [0, 1, -1, 0]}])
def test_probabilities_of_classes_are_monotonic_on_a_grid(method, signs):
    X, y = regression()
    labels = np.array(["low", "middle", "high"])[np.digitize(y, [-1.0, 1.0])]
    model = HistGradientBoostingClassifier(max_iter=15, monotonic_cst=signs, monotonic_method=method).fit(X, labels)

    for label, of_label in signs.items():
        of_label = of_label if isinstance(of_label, dict) else dict(enumerate(of_label))
        for feature, sign in of_label.items():
            grid = np.repeat(X[:60], 25, axis=0)
            grid[:, feature] = np.tile(np.linspace(-1.2, 1.2, 25), 60)
            of_class = model.predict_proba(grid)[:, list(model.classes_).index(label)].reshape(60, 25)
            assert np.all(sign * np.diff(of_class, axis=1) >= -1e-15)
            assert sign == 0 or np.any(np.diff(of_class, axis=1) != 0.0)


@pytest.mark.parametrize(
    ("signs", "message"),
    [
        ({"none": [1, 0, 0, 0]}, "monotonic_cst names the class 'none', which y lacks"),
        ({"a": [1, 0]}, r"monotonic_cst has shape \(2,\) but the input data X has 4 features"),
        ({"a": [2, 0, 0, 0]}, "monotonic_cst must be None or an array-like of -1, 0 or 1 for each class"),
        ({"a": {"size": 1}}, "monotonic_cst names the feature 'size'"),
        ({0: 1}, "monotonic constraints are not supported for multiclass"),
        ([1, 0, 0, 0], "monotonic constraints are not supported for multiclass"),
    ],
)
def test_constraints_of_classes_that_are_none_are_named(signs, message):
    X, y = regression()
    labels = np.array(["a", "b", "c"])[np.digitize(y, [-1.0, 1.0])]

    with pytest.raises(ValueError, match=message):
        HistGradientBoostingClassifier(monotonic_cst=signs).fit(X, labels)


def test_a_class_that_is_asked_for_both_is_never_cut_by_the_feature():
    """The second class would have to rise for its own sake and to fall for that of the first one."""
    X, y = regression()
    labels = np.digitize(y, [-1.0, 1.0])
    model = HistGradientBoostingClassifier(monotonic_cst={0: {0: 1}, 1: {0: 1}}, max_iter=5).fit(X, labels)
    nodes = inner_nodes(model)

    assert 0 not in set(nodes["feature"][nodes["class"] < 2])

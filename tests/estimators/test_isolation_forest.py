"""Isolation forests."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csc_array, csr_array
from scipy.stats import spearmanr
from sklearn import ensemble as sklearn_ensemble
from sklearn.base import clone

from skensemble import IsolationForest
from skensemble._random import RESPONSE, draw_units
from skensemble.forests.isolation import average_path_length
from skensemble.records import LEAF

N_OUTLIERS = 15


def blobs(n_features=4, n_samples=300, seed=0):
    """Two clusters; the first N_OUTLIERS rows are scattered around them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(np.where(rng.uniform(size=(n_samples, 1)) < 0.5, -3.0, 3.0), 0.7, (n_samples, n_features))
    X[:N_OUTLIERS] = rng.uniform(-9.0, 9.0, (N_OUTLIERS, n_features))
    return X


def naive_scores(forest, X):
    """Equations 1 and 2 of Liu, Ting and Zhou 2008, from the trees as estimators."""
    lengths = np.zeros(len(X))
    for tree, features in zip(forest.estimators_, forest.estimators_features_, strict=True):
        leaves = tree.apply(X[:, features])
        n_nodes = np.asarray(tree.decision_path(X[:, features]).sum(axis=1)).ravel()
        lengths += n_nodes - 1 + average_path_length(tree.tree_.n_node_samples[leaves])
    return -(2.0 ** (-lengths / len(forest) / average_path_length(forest.max_samples_)))


def assert_same_trees(forest, other):
    for name in forest._trees.nodes.dtype.names:
        assert_array_equal(forest._trees.nodes[name], other._trees.nodes[name])
    assert_array_equal(forest._trees.categories, other._trees.categories)


def assert_same(forest, other, X):
    assert_same_trees(forest, other)
    assert_array_equal(forest.score_samples(X), other.score_samples(X))


def test_the_average_path_length_is_that_of_a_search_that_fails():
    assert_allclose(average_path_length([0, 1, 2, 5, 256]), [0.0, 0.0, 1.0, 2.3270, 10.2448], atol=5e-5)


@pytest.mark.parametrize("parameters", [{}, {"max_samples": 40}, {"max_features": 0.5}, {"bootstrap": True}], ids=str)
def test_scores_are_those_of_the_paper(parameters):
    X = blobs()
    forest = IsolationForest(n_estimators=10, random_state=1, **parameters).fit(X)

    assert_allclose(forest.score_samples(X), naive_scores(forest, X), rtol=1e-12)
    assert_array_equal(forest.decision_function(X), forest.score_samples(X) + 0.5)


@pytest.mark.parametrize("parameters", [{}, {"max_samples": 64, "max_features": 2}, {"bootstrap": True}], ids=str)
def test_scores_are_those_of_scikit_learn_but_for_the_seed(parameters):
    X = blobs()

    def mean_scores(cls):
        forests = [cls(random_state=seed, **parameters).fit(X) for seed in range(24)]
        return np.mean([forest.score_samples(X) for forest in forests], axis=0)

    ours, theirs = mean_scores(IsolationForest), mean_scores(sklearn_ensemble.IsolationForest)

    assert spearmanr(ours, theirs).statistic > 0.97
    assert_allclose(ours, theirs, atol=0.03)
    assert abs(ours.mean() - theirs.mean()) < 0.003


def test_scattered_rows_are_outliers():
    scores = IsolationForest(random_state=0).fit(blobs()).score_samples(blobs())

    assert set(np.argsort(scores)[: N_OUTLIERS - 3]) < set(range(N_OUTLIERS))


def test_trees_grow_on_few_rows_to_little_depth():
    forest = IsolationForest(n_estimators=8, max_samples=20, random_state=0).fit(blobs())

    assert forest.max_samples_ == 20
    for tree, rows in zip(forest, forest.estimators_samples_, strict=True):
        assert len(np.unique(rows)) == len(rows) == 20
        assert tree.tree_.n_node_samples[0] == 20
        assert tree.get_depth() <= tree.max_depth == 5


def test_a_bootstrap_draws_rows_again():
    forest = IsolationForest(n_estimators=3, max_samples=50, bootstrap=True, random_state=0).fit(blobs())

    for tree, rows in zip(forest, forest.estimators_samples_, strict=True):
        assert len(rows) == 50
        assert tree.tree_.weighted_n_node_samples[0] == 50
        assert tree.tree_.n_node_samples[0] == len(np.unique(rows)) < 50


@pytest.mark.parametrize(
    ("max_samples", "expected"), [("auto", 256), (0.25, 75), (1.0, 300), (0.001, 1), (7, 7)], ids=str
)
def test_max_samples_is_a_number_or_a_share(max_samples, expected):
    assert IsolationForest(n_estimators=1, max_samples=max_samples).fit(blobs()).max_samples_ == expected


def test_more_rows_than_there_are_cannot_be_drawn():
    with pytest.warns(UserWarning, match=r"max_samples \(301\) is greater than the total number of samples \(300\)"):
        forest = IsolationForest(n_estimators=1, max_samples=301).fit(blobs())

    assert forest.max_samples_ == 300


@pytest.mark.parametrize(("max_features", "expected"), [(3, 3), (0.5, 2), (0.1, 1), (1.0, 4)])
def test_a_tree_splits_on_the_features_that_it_is_drawn(max_features, expected):
    X = blobs()
    forest = IsolationForest(n_estimators=30, max_features=max_features, random_state=0).fit(X)

    nodes, starts = forest._trees.nodes, forest._trees.node_starts
    for index, features in enumerate(forest.estimators_features_):
        split_on = nodes["feature"][starts[index] : starts[index + 1]]
        assert_array_equal(np.unique(split_on[split_on >= 0]), features)
        assert len(features) == forest[index].n_features_in_ == expected
    assert len(np.unique(np.concatenate(forest.estimators_features_))) == 4


def test_more_features_than_there_are_cannot_be_drawn():
    with pytest.raises(ValueError, match="max_features must be <= n_features, got 5 of 4"):
        IsolationForest(max_features=5).fit(blobs())


def test_a_tree_that_is_grown_again_from_its_rows_and_seed_is_that_tree():
    X = blobs()
    forest = IsolationForest(n_estimators=2, random_state=0).fit(X)

    for tree, rows in zip(forest, forest.estimators_samples_, strict=True):
        noise = np.empty(len(rows))
        draw_units(np.uint64(tree.random_state), RESPONSE, noise)
        again = clone(tree).fit(X[rows], noise)
        assert_array_equal(again.tree_._grown.nodes, tree.tree_._grown.nodes)


@pytest.mark.parametrize("parameters", [{"max_samples": 1.0}, {"max_features": 0.5, "max_samples": 0.9}], ids=str)
def test_threads_do_not_change_a_bit(parameters):
    X = blobs(n_samples=1500)
    forests = [IsolationForest(n_jobs=n_jobs, random_state=0, **parameters).fit(X) for n_jobs in (1, 2, 4)]
    with joblib.parallel_config("loky", n_jobs=2):
        forests.append(IsolationForest(random_state=0, **parameters).fit(X))

    for forest in forests[1:]:
        assert_same(forest, forests[0], X)


@pytest.mark.parametrize("container", [csc_array, csr_array])
def test_sparse_rows_are_scored_like_dense_ones(container):
    X = blobs()
    X[np.random.default_rng(1).uniform(size=X.shape) < 0.6] = 0.0
    parameters = {"max_samples": 20, "n_estimators": 10, "contamination": 0.1, "random_state": 0}
    dense, sparse = IsolationForest(**parameters).fit(X), IsolationForest(**parameters).fit(container(X))

    assert_array_equal(sparse.score_samples(container(X)), dense.score_samples(X))
    assert sparse.offset_ == dense.offset_


@pytest.mark.parametrize("contamination", [0.02, 0.25, 0.5])
def test_contamination_is_the_share_of_outliers_in_training(contamination):
    X = blobs()
    forest = IsolationForest(contamination=contamination, random_state=0).fit(X)

    assert np.mean(forest.predict(X) == -1) == pytest.approx(contamination)
    assert_array_equal(forest.predict(X) == -1, forest.decision_function(X) < 0.0)
    assert_array_equal(clone(forest).fit_predict(X), forest.predict(X))


def test_a_warm_start_adds_trees_to_those_that_there_are():
    X = blobs()
    whole = IsolationForest(n_estimators=12, max_features=0.5, random_state=0).fit(X)
    forest = IsolationForest(n_estimators=5, max_features=0.5, random_state=0, warm_start=True).fit(X)
    first = forest.estimators_[0]

    forest.set_params(n_estimators=12).fit(X)

    assert_same(forest, whole, X)
    assert forest.estimators_[0] is first
    assert len(forest) == len(forest.estimators_) == 12
    for features, expected in zip(forest.estimators_features_, whole.estimators_features_, strict=True):
        assert_array_equal(features, expected)


def test_a_warm_start_with_other_parameters_measures_each_tree_by_its_own_rows():
    X = blobs()
    forest = IsolationForest(n_estimators=4, max_samples=16, random_state=0, warm_start=True).fit(X)
    first = forest.score_samples(X)

    forest.set_params(n_estimators=8, max_samples=256, max_features=2).fit(X)

    assert [len(rows) for rows in forest.estimators_samples_] == [16] * 4 + [256] * 4
    assert [len(features) for features in forest.estimators_features_] == [4] * 4 + [2] * 4
    whole = IsolationForest(n_estimators=8, max_samples=256, max_features=2, random_state=0).fit(X)
    last = IsolationForest(n_estimators=4, max_samples=256, max_features=2, random_state=0).fit(X)
    exponents = 2.0 * np.log2(-whole.score_samples(X)) - np.log2(-last.score_samples(X))
    assert_allclose(np.log2(-forest.score_samples(X)), 0.5 * (np.log2(-first) + exponents))


def test_a_warm_start_cannot_take_trees_away():
    forest = IsolationForest(n_estimators=5, warm_start=True).fit(blobs())

    with pytest.raises(ValueError, match=r"n_estimators=4 must be larger or equal to len\(estimators_\)=5"):
        forest.set_params(n_estimators=4).fit(blobs())
    with pytest.warns(UserWarning, match="does not fit new trees"):
        forest.set_params(n_estimators=5).fit(blobs())
    assert len(forest) == 5


def test_a_fit_that_fails_leaves_the_forest_as_it_was():
    X = blobs()
    forest = IsolationForest(n_estimators=5, random_state=0).fit(X)
    before = forest.score_samples(X)

    with pytest.raises(ValueError, match="infinity"):
        forest.fit(np.where(X > 8.0, np.inf, X))

    assert_array_equal(forest.score_samples(X), before)


@pytest.mark.parametrize("bootstrap", [False, True])
def test_rows_are_drawn_in_proportion_to_their_weights(bootstrap):
    X, weights = blobs(), np.repeat([0.0, 1.0, 4.0], 100)
    forest = IsolationForest(max_samples=20, bootstrap=bootstrap, random_state=0).fit(X, sample_weight=weights)

    drawn = np.bincount(np.concatenate(forest.estimators_samples_), minlength=300).reshape(3, 100).sum(axis=1)

    assert drawn[0] == 0
    assert drawn[2] / drawn[1] == pytest.approx(4.0 if bootstrap else 3.8, rel=0.2)


def test_rows_of_weight_zero_do_not_count():
    weights = np.repeat([0.0, 1.0, 1.0], 100)
    forest = IsolationForest(n_estimators=3).fit(blobs(), sample_weight=weights)

    assert forest.max_samples_ == 200


@pytest.mark.parametrize(("weight", "message"), [(0.0, "zero"), (-1.0, "Negative values")])
def test_weights_by_which_no_row_can_be_drawn_are_refused(weight, message):
    with pytest.raises(ValueError, match=message):
        IsolationForest().fit(blobs(), sample_weight=np.full(300, weight))


def test_missing_values_are_scored():
    X = blobs()
    X[np.random.default_rng(2).uniform(size=X.shape) < 0.2] = np.nan
    X[:, 3] = np.nan
    scores = IsolationForest(random_state=0).fit(X).score_samples(X)

    assert np.all((scores > -1.0) & (scores < 0.0))
    assert np.mean(np.argsort(scores)[:N_OUTLIERS] < N_OUTLIERS) > 0.5


@pytest.mark.parametrize("max_features", [1.0, 2])
def test_a_rare_category_is_an_outlier(max_features):
    frame = pd.DataFrame({"number": np.random.default_rng(0).normal(size=200), "color": ["red", "blue"] * 100})
    frame["shape"] = ["round"] * 199 + ["square"]
    forest = IsolationForest(max_features=max_features, random_state=0).fit(frame)
    typical = frame.assign(number=0.0)

    scores = forest.score_samples(typical)

    assert scores[199] < scores[:199].min() - 0.05
    codes = frame.assign(color=[1.0, 0.0] * 100, shape=[0.0] * 199 + [1.0]).to_numpy()
    by_position = IsolationForest(max_features=max_features, random_state=0, categorical_features=[1, 2]).fit(codes)
    assert_same_trees(by_position, forest)
    for tree, features in zip(forest, forest.estimators_features_, strict=True):
        assert np.all(np.isfinite(tree.predict(frame.iloc[:, features].to_numpy())))


@pytest.mark.parametrize("n_estimators", [7, 100])
@pytest.mark.parametrize("X", [np.ones((50, 3)), np.full((1, 3), 2.5)], ids=["constant", "one row"])
def test_rows_that_nothing_separates_are_inliers(X, n_estimators):
    forest = IsolationForest(n_estimators=n_estimators).fit(X)

    assert_array_equal(forest.score_samples(np.vstack([X, X + 9.0])), np.full(2 * len(X), -0.5))
    assert_array_equal(forest.predict(X), np.ones(len(X)))


def test_a_pickle_brings_the_forest_back_and_is_small():
    X = blobs()
    forest, theirs = (cls(random_state=0).fit(X) for cls in (IsolationForest, sklearn_ensemble.IsolationForest))
    assert len(forest.estimators_) == 100

    stored = pickle.dumps(forest)

    assert_same(pickle.loads(stored), forest, X)
    assert len(stored) < 0.5 * len(pickle.dumps(theirs))
    assert not hasattr(pickle.loads(pickle.dumps(IsolationForest())), "estimators_")


def test_a_tree_keeps_on_its_own_what_it_needs():
    X = blobs()
    forest = IsolationForest(n_estimators=2, max_features=2, random_state=0).fit(X)
    features = forest.estimators_features_[1]

    tree = pickle.loads(pickle.dumps(forest[1]))

    assert_array_equal(tree.apply(X[:, features]), forest[1].apply(X[:, features]))
    assert tree.tree_.feature.max() == 1
    assert np.count_nonzero(tree.tree_.children_left == LEAF) == tree.get_n_leaves()


def test_the_class_is_a_virtual_subclass():
    assert issubclass(IsolationForest, sklearn_ensemble.IsolationForest)

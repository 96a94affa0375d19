"""Forests as estimators: the same bits on any threads, bootstrap samples, out-of-bag estimates, views and pickles."""

import pickle

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import ensemble as sklearn_ensemble
from sklearn.base import clone, is_classifier
from sklearn.metrics import accuracy_score, balanced_accuracy_score, mean_absolute_error, r2_score

from skensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from tests.estimators.problems import FORESTS, answer, assert_same_nodes, assert_same_splits, problem, small

RANDOM_FORESTS = [RandomForestClassifier, RandomForestRegressor]


# Threads and seeds


@pytest.mark.parametrize("cls", FORESTS)
@pytest.mark.parametrize("n_jobs", [1, 2, 4])
def test_any_number_of_threads_gives_the_same_bits(cls, n_jobs):
    X, y = problem(cls, n_samples=2000)  # enough rows for several threads to be worth it
    one = small(cls, n_estimators=8).fit(X, y)
    several = small(cls, n_estimators=8, n_jobs=n_jobs).fit(X, y)

    assert_same_nodes(several, one)
    assert answer(several, X).tobytes() == answer(one, X).tobytes()


@pytest.mark.parametrize("backend", ["threading", "loky", "sequential"])
def test_any_backend_gives_the_same_bits(backend):
    X, y = problem(RandomForestClassifier, n_samples=2000)
    one = small(RandomForestClassifier, n_estimators=8).fit(X, y)
    with joblib.parallel_config(backend, n_jobs=2):
        other = small(RandomForestClassifier, n_estimators=8).fit(X, y)
        predictions = other.predict_proba(X)

    assert_same_nodes(other, one)
    assert predictions.tobytes() == one.predict_proba(X).tobytes()


def test_forests_may_grow_in_workers():
    X, y = problem(RandomForestClassifier)
    forests = [small(RandomForestClassifier, n_jobs=2, max_depth=depth) for depth in (2, 3)]
    grown = joblib.Parallel(n_jobs=2)(joblib.delayed(forest.fit)(X, y) for forest in forests)

    for forest, other in zip(forests, grown, strict=True):
        assert_same_nodes(other, forest.fit(X, y))


@pytest.mark.parametrize("cls", FORESTS)
def test_trees_differ_and_so_do_seeds(cls):
    X, y = problem(cls)
    forest = small(cls).fit(X, y)

    assert_same_nodes(forest, clone(forest).fit(X, y))
    shapes = {tree.tree_.feature.tobytes() for tree in forest}
    shapes |= {tree.tree_.feature.tobytes() for tree in clone(forest).set_params(random_state=1).fit(X, y)}
    assert len(shapes) == 8


# Bootstrap samples


@pytest.mark.parametrize("cls", FORESTS)
@pytest.mark.parametrize("bootstrap", [True, False])
def test_a_tree_is_one_that_is_fitted_on_its_rows(cls, bootstrap):
    X, y = problem(cls)
    forest = small(cls, bootstrap=bootstrap, max_features=2).fit(X, y)

    for tree, rows in zip(forest.estimators_, forest.estimators_samples_, strict=True):
        again = clone(tree).fit(X[rows], y[rows])
        for name in ("feature", "threshold", "children_left", "children_right"):
            assert_array_equal(getattr(again.tree_, name), getattr(tree.tree_, name))
        assert_allclose(again.tree_.value, tree.tree_.value, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("max_samples", "n_rows"), [(None, 120), (30, 30), (200, 200), (0.5, 60), (1.0, 120), (1.5, 180)]
)
def test_as_many_rows_are_drawn_as_max_samples_says(max_samples, n_rows):
    X, y = problem(RandomForestRegressor)
    forest = small(RandomForestRegressor, max_samples=max_samples).fit(X, y)

    assert [len(rows) for rows in forest.estimators_samples_] == [n_rows] * 4
    assert [tree.tree_.weighted_n_node_samples[0] for tree in forest] == [n_rows] * 4


def test_rows_are_drawn_by_weight_and_max_samples_is_a_share_of_it():
    X, y = problem(RandomForestRegressor)
    weight = np.where(np.arange(len(y)) % 2, 3.0, 0.0)
    weight[1] = 60.0
    forest = small(RandomForestRegressor, n_estimators=50, max_samples=0.5).fit(X, y, sample_weight=weight)
    counts = np.bincount(np.concatenate(forest.estimators_samples_), minlength=len(y))

    assert [len(rows) for rows in forest.estimators_samples_] == [int(weight.sum() / 2)] * 50
    assert not counts[::2].any()
    assert_allclose(counts[1] / counts.sum(), 60 / weight.sum(), rtol=0.1)


@pytest.mark.parametrize("cls", [ExtraTreesClassifier, ExtraTreesRegressor])
def test_without_bootstrap_a_weight_of_zero_is_no_row(cls):
    X, y = problem(cls)
    keep = np.arange(len(y)) % 3 > 0
    weighted, fewer = small(cls).fit(X, y, sample_weight=keep), small(cls).fit(X[keep], y[keep])

    for tree, other in zip(weighted, fewer, strict=True):
        assert_same_splits(tree, other)


# Weights of classes


@pytest.mark.parametrize("class_weight", [{0: 1.0, 1: 4.0, 2: 2.0}, "balanced"], ids=str)
def test_class_weights_are_weights_of_rows(class_weight):
    X, y = problem(ExtraTreesClassifier)
    weights = class_weight if isinstance(class_weight, dict) else dict(enumerate(len(y) / 3 / np.bincount(y)))
    by_class = small(ExtraTreesClassifier, class_weight=class_weight).fit(X, y)
    by_row = small(ExtraTreesClassifier).fit(X, y, sample_weight=np.array([weights[label] for label in y]))

    assert_same_nodes(by_class, by_row)


def test_balanced_subsample_balances_the_rows_of_each_tree():
    X, y = problem(RandomForestClassifier)
    forest = small(RandomForestClassifier, class_weight="balanced_subsample").fit(X, y)

    for tree in forest:
        assert_allclose(tree.tree_.value[0, 0], 1 / 3)


def test_balanced_classes_are_drawn_alike():
    X, y = problem(RandomForestClassifier)
    forest = small(RandomForestClassifier, n_estimators=50, class_weight="balanced").fit(X, y)
    drawn = np.bincount(y[np.concatenate(forest.estimators_samples_)])

    assert_allclose(drawn / drawn.sum(), 1 / 3, atol=0.03)


# Warm start and views


@pytest.mark.parametrize("cls", FORESTS)
def test_a_warm_start_adds_trees(cls):
    X, y = problem(cls)
    forest = small(cls, n_estimators=2, warm_start=True).fit(X, y)
    first = forest.estimators_[0]
    forest.set_params(n_estimators=6).fit(X, y)

    assert len(forest) == len(forest.estimators_) == 6
    assert_same_splits(forest[0], first)
    assert_same_nodes(forest, small(cls, n_estimators=6).fit(X, y))


def test_a_warm_start_takes_no_trees_away():
    X, y = problem(RandomForestRegressor)
    forest = small(RandomForestRegressor, warm_start=True).fit(X, y)

    with pytest.raises(ValueError, match="n_estimators=2 must be larger or equal to"):
        forest.set_params(n_estimators=2).fit(X, y)
    with pytest.warns(UserWarning, match="without increasing n_estimators"):
        forest.set_params(n_estimators=4).fit(X, y)
    assert len(forest) == 4


@pytest.mark.parametrize("cls", FORESTS)
def test_estimators_are_views_whose_mean_is_the_prediction(cls):
    X, y = problem(cls)
    forest = small(cls).fit(X, y)

    for index, tree in enumerate(forest):
        assert type(tree) is type(forest.estimator_)
        assert np.shares_memory(tree.tree_.value, forest._trees.values)
        assert_array_equal(tree.apply(X), forest.apply(X)[:, index])
    assert_allclose(answer(forest, X), np.mean([answer(tree, X) for tree in forest], axis=0), rtol=1e-12)


@pytest.mark.parametrize("cls", FORESTS)
def test_the_paths_are_those_of_the_trees(cls):
    X, y = problem(cls)
    forest = small(cls).fit(X, y)
    paths, starts = forest.decision_path(X)

    for index, tree in enumerate(forest):
        assert_array_equal(paths[:, starts[index] : starts[index + 1]].toarray(), tree.decision_path(X).toarray())


# Pickles


@pytest.mark.parametrize("cls", FORESTS)
def test_a_pickle_is_the_forest_to_the_bit(cls):
    X, y = problem(cls)
    forest = small(cls).fit(X, y)
    size = len(pickle.dumps(forest))
    assert len(forest.estimators_) == 4
    copy = pickle.loads(pickle.dumps(forest))

    assert_same_nodes(copy, forest)
    assert answer(copy, X).tobytes() == answer(forest, X).tobytes()
    assert len(pickle.dumps(forest)) == size  # the views are not in it
    assert_same_splits(pickle.loads(pickle.dumps(forest[1])), copy[1])


@pytest.mark.parametrize("cls", FORESTS)
def test_a_pickle_takes_less_than_half_of_scikit_learn_s(cls):
    X, y = problem(cls, n_samples=1000)
    theirs = getattr(sklearn_ensemble, cls.__name__)(n_estimators=4, random_state=0)

    assert len(pickle.dumps(small(cls).fit(X, y))) < len(pickle.dumps(theirs.fit(X, y))) / 2


# Out-of-bag rows


def out_of_bag_by_hand(forest, X):
    """The mean answer of the trees that were not drawn a row."""
    answers = np.array([answer(tree, X) for tree in forest])
    drawn = np.array([np.isin(np.arange(len(X)), rows) for rows in forest.estimators_samples_])
    answers[drawn] = np.nan
    return np.nanmean(answers, axis=0)


@pytest.mark.parametrize("cls", FORESTS)
def test_out_of_bag_predictions_are_by_the_trees_that_do_not_know_a_row(cls):
    X, y = problem(cls)
    forest = small(cls, n_estimators=30, bootstrap=True, oob_score=True, n_jobs=2).fit(X, y)
    expected = out_of_bag_by_hand(forest, X)

    if is_classifier(forest):
        assert_allclose(forest.oob_decision_function_, expected, rtol=1e-12)
        assert forest.oob_score_ == accuracy_score(y, expected.argmax(axis=1))
    else:
        assert_allclose(forest.oob_prediction_, expected, rtol=1e-12)
        assert forest.oob_score_ == pytest.approx(r2_score(y, expected))


@pytest.mark.parametrize(
    ("cls", "score"),
    [(RandomForestClassifier, balanced_accuracy_score), (RandomForestRegressor, mean_absolute_error)],
)
def test_the_out_of_bag_score_may_be_any(cls, score):
    X, y = problem(cls)
    forest = small(cls, n_estimators=30, oob_score=score).fit(X, y)
    expected = out_of_bag_by_hand(forest, X)

    assert forest.oob_score_ == pytest.approx(score(y, expected.argmax(axis=1) if is_classifier(forest) else expected))


@pytest.mark.parametrize("cls", RANDOM_FORESTS)
def test_outputs_have_out_of_bag_predictions_each(cls):
    X, y = problem(cls)
    y = np.column_stack([y > 0, y < 1]).astype(int)
    forest = small(cls, n_estimators=30, oob_score=True).fit(X, y)
    shape = (len(X), 2, 2) if is_classifier(forest) else (len(X), 2)

    assert (forest.oob_decision_function_ if is_classifier(forest) else forest.oob_prediction_).shape == shape
    assert 0.3 < forest.oob_score_ < 1.0


def test_too_few_trees_are_pointed_out():
    X, y = problem(RandomForestClassifier)

    with pytest.warns(UserWarning, match="do not have OOB scores"):
        small(RandomForestClassifier, n_estimators=1, oob_score=True).fit(X, y)


def with_noise(cls, seed):
    """One coarse feature that matters, and two continuous ones that do not."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(150, 3)).astype(np.float32)
    X[:, 0] = rng.integers(0, 4, 150)
    signal = X[:, 0] + rng.normal(size=150)
    return X, (signal > 1.5).astype(int) if is_classifier(cls()) else signal


@pytest.mark.parametrize("cls", RANDOM_FORESTS)
def test_out_of_bag_importances_of_noise_are_zero_on_average(cls):
    importances = {"oob": [], "impurity": []}
    for seed in range(20):
        for kind, found in importances.items():
            forest = cls(n_estimators=20, importance=kind, random_state=seed).fit(*with_noise(cls, seed))
            found.append(forest.feature_importances_)
    mean = {kind: np.mean(found, axis=0) for kind, found in importances.items()}
    noise = np.array(importances["oob"])[:, 1:].ravel()

    assert abs(noise.mean()) < 3 * noise.std() / np.sqrt(len(noise))
    assert np.all(np.abs(mean["oob"][1:]) < 0.05)
    assert np.all(mean["impurity"][1:] > 0.15)
    assert mean["oob"][0] > 0.9


@pytest.mark.parametrize("cls", FORESTS)
@pytest.mark.parametrize("importance", ["impurity", "oob"])
def test_importances_sum_to_one(cls, importance):
    X, y = problem(cls)
    forest = small(cls, bootstrap=True, importance=importance).fit(X, y)

    assert forest.feature_importances_.sum() == pytest.approx(1.0)
    assert set(forest.feature_importances_.argsort()[-2:]) == {0, 1}


@pytest.mark.parametrize("cls", RANDOM_FORESTS)
def test_permuting_noise_costs_nothing(cls):
    X, y = with_noise(cls, 0)
    forest = cls(n_estimators=40, random_state=0).fit(X, y)
    result = forest.out_of_bag_permutation_importance(X, y, n_repeats=4, random_state=0)

    assert result.importances.shape == (3, 4)
    assert_allclose(result.importances_mean, result.importances.mean(axis=1))
    assert_allclose(result.importances_std, result.importances.std(axis=1))
    assert result.importances_mean[0] > 0.1
    assert np.all(np.abs(result.importances_mean[1:]) < result.importances_mean[0] / 5)
    again = forest.set_params(n_jobs=2).out_of_bag_permutation_importance(X, y, n_repeats=4, random_state=0)
    assert_array_equal(again.importances, result.importances)


def test_permutations_need_the_training_data_and_out_of_bag_rows():
    X, y = problem(RandomForestRegressor)

    with pytest.raises(ValueError, match="fitted on 120"):
        small(RandomForestRegressor).fit(X, y).out_of_bag_permutation_importance(X[:9], y[:9])
    with pytest.raises(ValueError, match="bootstrap=True"):
        small(RandomForestRegressor, bootstrap=False).fit(X, y).out_of_bag_permutation_importance(X, y)


# Progress


@pytest.mark.parametrize("cls", FORESTS)
@pytest.mark.parametrize(("verbose", "n_lines"), [(0, 0), (1, 10), (2, 20)])
def test_progress_is_printed(cls, verbose, n_lines, capsys):
    X, y = problem(cls)
    small(cls, n_estimators=20, verbose=verbose).fit(X, y)
    lines = capsys.readouterr().out.splitlines()

    assert len(lines) == n_lines
    assert not lines or lines[-1].startswith("20 of 20 trees")

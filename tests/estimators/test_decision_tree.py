"""Single trees as estimators: weights, outputs, kinds of input, constraints, views and pickles."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csc_array, csr_array, csr_matrix
from sklearn import tree as sklearn_tree
from sklearn.base import clone, is_classifier

from skensemble import (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreeClassifier,
    ExtraTreeRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from skensemble.records import LEAF
from tests.estimators.problems import (
    FORESTS,
    TREES,
    answer,
    assert_same_nodes,
    assert_same_splits,
    problem,
    small,
)

SUPERVISED = [*TREES, *FORESTS]


# Weights


@pytest.mark.parametrize(
    ("cls", "criterion"),
    [
        (DecisionTreeClassifier, "gini"),
        (DecisionTreeClassifier, "entropy"),
        (DecisionTreeRegressor, "squared_error"),
        (DecisionTreeRegressor, "absolute_error"),
        (DecisionTreeRegressor, "poisson"),
    ],
)
def test_an_integer_weight_is_a_repetition(cls, criterion):
    X, y = problem(cls)
    y = np.round(np.exp(y)) if criterion == "poisson" else np.round(y, 1)  # sums of either order are close enough
    weight = np.random.default_rng(1).integers(0, 4, len(y))
    weighted = cls(criterion=criterion, random_state=0, max_depth=4).fit(X, y, sample_weight=weight)
    repeated = cls(criterion=criterion, random_state=0, max_depth=4).fit(np.repeat(X, weight, 0), np.repeat(y, weight))

    assert_array_equal(weighted.tree_.feature, repeated.tree_.feature)
    assert_array_equal(weighted.tree_.threshold, repeated.tree_.threshold)
    assert_array_equal(weighted.tree_.children_left, repeated.tree_.children_left)
    assert_allclose(weighted.tree_.value, repeated.tree_.value, rtol=1e-12)
    assert_allclose(answer(weighted, X), answer(repeated, X), rtol=1e-12)


@pytest.mark.parametrize("cls", [DecisionTreeClassifier, DecisionTreeRegressor])
def test_a_weight_of_zero_is_no_row(cls):
    X, y = problem(cls)
    keep = np.arange(len(y)) % 3 > 0

    assert_same_splits(cls(random_state=0).fit(X, y, sample_weight=keep), cls(random_state=0).fit(X[keep], y[keep]))


def test_class_weights_are_weights_of_rows():
    X, y = problem(DecisionTreeClassifier)
    of_classes = {0: 1.0, 1: 5.0, 2: 2.0}
    by_class = DecisionTreeClassifier(class_weight=of_classes, random_state=0, max_depth=3).fit(X, y)
    by_row = DecisionTreeClassifier(random_state=0, max_depth=3)

    assert_same_splits(by_class, by_row.fit(X, y, sample_weight=[of_classes[label] for label in y]))


def test_balanced_classes_weigh_the_same():
    X, y = problem(DecisionTreeClassifier)
    tree = DecisionTreeClassifier(class_weight="balanced", max_depth=1).fit(X, y)

    assert_allclose(tree.tree_.value[0, 0], 1 / 3)


# Outputs


@pytest.mark.parametrize("cls", [DecisionTreeClassifier, ExtraTreeClassifier, RandomForestClassifier])
def test_outputs_may_have_different_classes_and_any_labels(cls):
    X, y = problem(cls)
    names = np.array(["low", "middle", "high"], object)[y]
    columns = np.column_stack([names, np.where(X[:, 2] > 0, "yes", "no")])
    model = small(cls).fit(X, columns)

    assert [list(known) for known in model.classes_] == [["high", "low", "middle"], ["no", "yes"]]
    assert_array_equal(model.n_classes_, [3, 2])
    shares = model.predict_proba(X)
    assert [each.shape for each in shares] == [(len(X), 3), (len(X), 2)]
    assert_allclose([each.sum(axis=1) for each in shares], 1.0)
    assert model.predict(X).shape == columns.shape
    assert np.mean(model.predict(X) == columns) > 0.9


@pytest.mark.parametrize("labels", [[False, True], ["b", "a"], [-3, 40], [1.0, 2.0]], ids=str)
def test_labels_come_back_as_they_were(labels):
    X, y = problem(DecisionTreeClassifier)
    y = np.array(labels)[(y > 0).astype(int)]
    tree = DecisionTreeClassifier(random_state=0).fit(X, y)

    assert tree.predict(X).dtype == y.dtype
    assert_array_equal(tree.classes_, np.unique(y))
    assert tree.score(X, y) > 0.95


@pytest.mark.parametrize("cls", [DecisionTreeRegressor, ExtraTreeRegressor, RandomForestRegressor])
def test_a_response_given_twice_is_predicted_twice(cls):
    X, y = problem(cls)
    alone, twice = small(cls).fit(X, y), small(cls).fit(X, np.column_stack([y, y]))

    assert twice.predict(X).shape == (len(X), 2)
    assert_array_equal(twice.predict(X)[:, 0], twice.predict(X)[:, 1])
    assert twice.score(X, np.column_stack([y, y])) == pytest.approx(alone.score(X, y), abs=0.1)


# Kinds of input


def in_memory_map(X, folder):
    np.save(folder / "X.npy", X)
    return np.load(folder / "X.npy", mmap_mode="r")


def frozen(X, folder):
    X = X.copy()
    X.flags.writeable = False
    return X


CONTAINERS = {
    "float64": lambda X, folder: X.astype(np.float64),
    "Fortran order": lambda X, folder: np.asfortranarray(X),
    "strided": lambda X, folder: np.repeat(np.repeat(X, 2, 0), 2, 1)[::2, ::2],
    "reversed": lambda X, folder: X[:, ::-1].copy()[:, ::-1],
    "big-endian": lambda X, folder: X.astype(">f8"),
    "read-only": frozen,
    "memory map": in_memory_map,
    "list": lambda X, folder: X.tolist(),
    "pandas": lambda X, folder: pd.DataFrame(X),
    "polars": lambda X, folder: pl.from_numpy(X, schema=[f"x{k}" for k in range(X.shape[1])]),
    "pyarrow": lambda X, folder: pa.table({f"x{k}": X[:, k] for k in range(X.shape[1])}),
}


@pytest.mark.parametrize("cls", [DecisionTreeClassifier, ExtraTreeRegressor, RandomForestRegressor])
@pytest.mark.parametrize("container", CONTAINERS)
def test_the_container_does_not_matter(cls, container, tmp_path):
    X, y = problem(cls)
    expected = answer(small(cls).fit(X, y), X)
    other = CONTAINERS[container](X, tmp_path)

    assert_array_equal(answer(small(cls).fit(other, y), other), expected)


@pytest.mark.parametrize("cls", SUPERVISED)
@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, bool])
def test_integers_are_numbers(cls, dtype):
    X, y = problem(cls)
    X = np.nan_to_num(np.abs(X) * 10).astype(dtype)

    assert_array_equal(
        answer(small(cls).fit(X, y), X), answer(small(cls).fit(X.astype(np.float32), y), X.astype(np.float32))
    )


@pytest.mark.parametrize("cls", SUPERVISED)
@pytest.mark.parametrize("sparse", [csr_matrix, csr_array, csc_array])
def test_a_sparse_matrix_is_the_dense_one(cls, sparse):
    X, y = problem(cls)
    X = np.where(X > 0.3, X, 0.0)  # NaN becomes 0
    dense, model = small(cls).fit(X, y), small(cls).fit(sparse(X), y)

    assert_array_equal(answer(model, sparse(X)), answer(dense, X))
    assert_array_equal(answer(model, X), answer(dense, X))
    assert_array_equal(model.apply(sparse(X)), dense.apply(X))


@pytest.mark.parametrize("cls", TREES)
@pytest.mark.parametrize("sparse", [False, True])
def test_a_tree_takes_X_unchecked(cls, sparse):
    X, y = problem(cls)
    X = csc_array(np.nan_to_num(X)) if sparse else X
    checked, trusting = cls(random_state=0).fit(X, y), cls(random_state=0).fit(X, y, check_input=False)
    rows = X.tocsr() if sparse else X

    assert_same_nodes(trusting, checked)
    assert_array_equal(trusting.predict(X), checked.predict(X))
    assert_array_equal(trusting.predict(rows, check_input=False), checked.predict(X))


# Categories


FRAMES = {
    "pandas": pd.DataFrame,
    "pandas category": lambda columns: pd.DataFrame(columns).astype({"colour": "category"}),
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
}
COLOURS = ["red", "green", "blue", "black", "white", "grey"]


def coloured(n_samples=200):
    """What is even in the alphabet decides; no order of the colours tells."""
    rng = np.random.default_rng(0)
    colour = rng.choice(COLOURS, n_samples)
    y = np.isin(colour, ["red", "black", "grey"]).astype(int)
    return {"colour": colour.tolist(), "size": rng.normal(size=n_samples).tolist()}, y


@pytest.mark.parametrize("cls", SUPERVISED)
@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_one_split_separates_categories(cls, make):
    columns, y = coloured()
    model = small(cls, max_depth=1, max_features=None, **({"splitter": "best"} if cls in TREES else {}))
    model.fit(make(columns), y)

    assert_array_equal(model.predict(make(columns)), y)


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_an_unseen_category_is_a_missing_value(make):
    columns, y = coloured()
    tree = DecisionTreeClassifier(random_state=0).fit(make(columns), y)
    missing, unseen = (
        make({"colour": [None, "red"], "size": [0.0, 0.0]}),
        make({"colour": ["ultraviolet", "red"], "size": [0.0, 0.0]}),
    )

    assert_array_equal(tree.predict_proba(unseen), tree.predict_proba(missing))
    assert tree.predict(unseen)[1] == 1


def test_numbers_of_an_array_are_categories_if_told_so():
    columns, y = coloured()
    X = np.column_stack([[COLOURS.index(colour) for colour in columns["colour"]], columns["size"]])
    tree = DecisionTreeClassifier(categorical_features=[0], random_state=0).fit(X, y)

    assert tree.get_n_leaves() == 2
    assert np.isnan(tree.tree_.threshold[0])
    assert DecisionTreeClassifier(random_state=0).fit(X, y).get_n_leaves() > 2


# Constraints


@pytest.mark.parametrize("cls", SUPERVISED)
@pytest.mark.parametrize("signs", [[1, 0, 0], [-1, 1, 0], [-1, -1, 1]], ids=str)
def test_predictions_are_monotonic_on_a_grid(cls, signs):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3)).astype(np.float32)
    y = np.sin(3 * X[:, 0]) + X[:, 1] - X[:, 2] ** 2
    y = (y > 0).astype(int) if is_classifier(cls()) else y
    model = small(cls, monotonic_cst=signs, max_features=None).fit(X, y)

    varies = False
    for feature, sign in enumerate(signs):
        points = rng.normal(size=(40, 3)).astype(np.float32)
        grid = np.repeat(points[:, np.newaxis], 25, axis=1)
        grid[:, :, feature] = np.linspace(-3, 3, 25)
        responses = answer(model, grid.reshape(-1, 3))
        responses = (responses[:, 1] if responses.ndim == 2 else responses).reshape(40, 25)
        assert np.all(sign * np.diff(responses, axis=1) >= 0)
        varies |= bool(np.any(np.diff(responses, axis=1) != 0))
    assert varies


def paths(tree):
    """The set of features on the way to each leaf."""
    stack = [(0, frozenset())]
    while stack:
        node, features = stack.pop()
        if tree.children_left[node] == LEAF:
            yield features
        else:
            features |= {int(tree.feature[node])}
            stack += [(tree.children_left[node], features), (tree.children_right[node], features)]


@pytest.mark.parametrize("cls", SUPERVISED)
@pytest.mark.parametrize(
    ("interaction_cst", "groups"),
    [
        ([{0, 1}, {1, 2, 3}], [{0, 1}, {1, 2, 3}, {4}]),
        ("no_interactions", [{0}, {1}, {2}, {3}, {4}]),
        ("pairwise", [{a, b} for a in range(5) for b in range(a)]),
    ],
    ids=["groups", "no_interactions", "pairwise"],
)
def test_every_path_stays_within_a_group(cls, interaction_cst, groups):
    X, y = problem(cls)
    model = small(cls, interaction_cst=interaction_cst).fit(X, y)

    for tree in getattr(model, "estimators_", [model]):
        assert all(any(features <= group for group in groups) for features in paths(tree.tree_))
    unbound = small(cls).fit(X, y)
    trees = getattr(unbound, "estimators_", [unbound])
    assert any(len(features) > 3 for tree in trees for features in paths(tree.tree_))


# Pickles and copies


@pytest.mark.parametrize("cls", TREES)
def test_a_pickle_is_the_tree_to_the_bit(cls):
    X, y = problem(cls)
    tree = cls(random_state=0).fit(X, y)
    copy = pickle.loads(pickle.dumps(tree))

    assert_same_nodes(copy, tree)
    assert_array_equal(answer(copy, X), answer(tree, X))
    assert_array_equal(copy.tree_.threshold, tree.tree_.threshold)


@pytest.mark.parametrize("cls", [DecisionTreeClassifier, DecisionTreeRegressor])
def test_a_pickle_takes_less_than_half_of_scikit_learn_s(cls):
    X, y = problem(cls, n_samples=2000)
    theirs = getattr(sklearn_tree, cls.__name__)(random_state=0).fit(X, y)

    assert len(pickle.dumps(cls(random_state=0).fit(X, y))) < len(pickle.dumps(theirs)) / 2


@pytest.mark.parametrize("cls", TREES)
def test_the_seed_is_all_that_is_random(cls):
    X, y = problem(cls)
    tree = cls(random_state=3, max_features=1).fit(X, y)

    assert_same_nodes(tree, clone(tree).fit(X, y))
    other = cls(random_state=4, max_features=1).fit(X, y)
    assert not np.array_equal(tree.tree_.feature, other.tree_.feature)


def test_the_depths_of_nodes_are_known():
    tree = DecisionTreeClassifier().fit([[0], [1], [2]], [0, 1, 0]).tree_

    assert sorted(tree.compute_node_depths()) == [0, 1, 1, 2, 2]
    assert tree.compute_node_depths().max() == tree.max_depth

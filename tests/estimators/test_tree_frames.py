"""The nodes of boosters as data frames."""

import builtins

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

COLUMNS = [
    "tree",
    "round",
    "node",
    "depth",
    "is_leaf",
    "left_child",
    "right_child",
    "feature",
    "threshold",
    "categories",
    "missing_go_to_left",
    "gain",
    "n_samples",
    "weight",
    "value",
]


def shops(n_samples=300):
    """A frame with numbers, missing ones among them, and strings."""
    random = np.random.default_rng(0)
    shop = random.choice(["north", "south", "east", "west"], n_samples)
    size = random.normal(size=n_samples)
    y = size + 2 * (shop == "south") - 3 * (shop == "west") + random.normal(size=n_samples) / 9
    size[::7] = np.nan
    return pd.DataFrame({"size": size, "shop": shop}), y


def walk(nodes, row):
    """Return the raw prediction that a row finds in the table, without the start."""
    total = 0.0
    for _, tree in nodes.groupby("tree"):
        tree = tree.set_index("node")
        at = 0
        while not tree.is_leaf[at]:
            value = row[tree.feature[at]]
            if value != value or value is None:
                is_left = tree.missing_go_to_left[at]
            elif tree.categories[at] is not None:
                is_left = value in tree.categories[at]
            else:
                is_left = value <= tree.threshold[at]
            at = tree.left_child[at] if is_left else tree.right_child[at]
        total += tree.value[at]
    return total


@pytest.mark.nojit
def test_the_table_is_enough_to_predict():
    X, y = shops()
    model = HistGradientBoostingRegressor(max_iter=3, max_leaf_nodes=6, categorical_smoothing=1.0).fit(X, y)
    nodes = model.to_frame()
    rows = [*X[:20].to_dict("records"), {"size": 0.0, "shop": None}]
    expected = model.predict(pd.DataFrame(rows))

    assert nodes.columns.tolist() == COLUMNS
    assert set(nodes.feature.dropna()) == {"size", "shop"}
    assert_allclose([model._start[0] + walk(nodes, row) for row in rows], expected, rtol=1e-12)


def test_what_leaves_and_splits_have():
    X, y = shops()
    model = HistGradientBoostingRegressor(max_iter=3, max_leaf_nodes=6, categorical_smoothing=1.0).fit(X, y)
    nodes = model.to_frame()
    leaves, inner = nodes[nodes.is_leaf], nodes[~nodes.is_leaf]

    assert len(nodes) == len(model._trees.nodes)
    for name in ("left_child", "right_child", "feature", "threshold", "categories", "missing_go_to_left", "gain"):
        assert leaves[name].isna().all(), name
    assert_array_equal(inner.threshold.isna(), inner.categories.notna())
    assert inner.gain.min() > 0.0
    for _, tree in nodes.groupby("tree"):
        tree = tree.set_index("node")
        split = tree[~tree.is_leaf]
        left, right = tree.loc[split.left_child], tree.loc[split.right_child]
        assert_array_equal(left.depth, split.depth + 1)
        assert_array_equal(left.n_samples.to_numpy() + right.n_samples.to_numpy(), split.n_samples)
        assert_array_equal(left.weight.to_numpy() + right.weight.to_numpy(), split.weight)


def test_all_values_may_be_split_from_the_missing_ones():
    X = np.array([[1.0], [2.0], [np.nan], [np.nan]])
    options = {"min_samples_leaf": 1, "max_leaf_nodes": 2, "max_iter": 1}
    root = HistGradientBoostingRegressor(**options).fit(X, [0.0, 0.0, 9.0, 9.0]).to_frame().iloc[0]

    assert root.feature == 0
    assert root.threshold == np.inf
    assert root.categories is None
    assert not root.missing_go_to_left


def test_trees_of_several_classes_have_a_label():
    X, y = make_classification(200, n_informative=5, n_classes=3, random_state=0)
    labels = np.array(["a", "b", "c"])[y]
    nodes = HistGradientBoostingClassifier(max_iter=2).fit(X, labels).to_frame()
    trees = nodes.groupby("tree").first()

    assert trees["class"].tolist() == ["a", "b", "c"] * 2
    assert trees["round"].tolist() == [0, 0, 0, 1, 1, 1]
    assert nodes.columns.tolist() == [*COLUMNS[:2], "class", *COLUMNS[2:]]
    assert "class" not in HistGradientBoostingClassifier(max_iter=2).fit(X, y == 0).to_frame()


def test_categories_of_an_array_are_its_numbers():
    random = np.random.default_rng(0)
    X = random.choice([3.0, 5.0, 40.0], (200, 1))
    options = {"categorical_features": [0], "max_iter": 1}
    nodes = HistGradientBoostingRegressor(**options).fit(X, X[:, 0] == 40).to_frame()

    assert set(nodes.categories[0]) in ({40.0}, {3.0, 5.0})


def test_what_is_not_there_is_named(monkeypatch):
    with pytest.raises(NotFittedError):
        HistGradientBoostingRegressor().to_frame()

    def without_pandas(name, *arguments, known=builtins.__import__):
        if name == "pandas":
            raise ImportError(name)
        return known(name, *arguments)

    model = HistGradientBoostingRegressor(max_iter=1).fit([[0.0], [1.0]], [0.0, 1.0])
    monkeypatch.setattr(builtins, "__import__", without_pandas)
    with pytest.raises(ImportError, match="pandas is not installed"):
        model.to_frame()

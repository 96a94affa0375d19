"""Random trees as an encoding of the rows."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csc_array, issparse
from sklearn import ensemble as sklearn_ensemble
from sklearn.exceptions import NotFittedError

from skensemble import RandomTreesEmbedding
from skensemble.records import LEAF


def rows(n_samples=80, n_features=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n_samples, n_features))


def test_a_row_has_a_one_for_the_leaf_of_each_tree():
    X = rows()
    embedding = RandomTreesEmbedding(n_estimators=6, max_depth=3, random_state=0)

    encoded = embedding.fit_transform(X)

    is_leaf = [tree.tree_.children_left == LEAF for tree in embedding]
    leaves = np.stack([tree.apply(X) for tree in embedding], axis=1)
    starts = np.cumsum([0, *map(np.count_nonzero, is_leaf)])[:-1]
    columns = [starts[k] + np.cumsum(is_leaf[k])[leaves[:, k]] - 1 for k in range(6)]
    assert issparse(encoded)
    assert encoded.shape == (len(X), sum(map(np.count_nonzero, is_leaf)))
    assert_array_equal(encoded.indices.reshape(len(X), 6), np.stack(columns, axis=1))
    assert_array_equal(encoded.data, np.ones(6 * len(X)))


def test_later_rows_are_encoded_alike():
    X = rows()
    embedding = RandomTreesEmbedding(n_estimators=5, random_state=0)

    encoded = embedding.fit_transform(X).toarray()

    assert_array_equal(embedding.transform(X[::2]).toarray(), encoded[::2])
    assert_array_equal(RandomTreesEmbedding(n_estimators=5, random_state=0).fit(X).transform(X).toarray(), encoded)
    assert_array_equal(pickle.loads(pickle.dumps(embedding)).transform(X).toarray(), encoded)


def test_the_output_can_be_dense():
    parameters = {"n_estimators": 4, "max_leaf_nodes": 6, "random_state": 0}
    dense = RandomTreesEmbedding(sparse_output=False, **parameters).fit_transform(rows())

    assert isinstance(dense, np.ndarray)
    assert_array_equal(dense, RandomTreesEmbedding(**parameters).fit_transform(rows()).toarray())


@pytest.mark.parametrize("parameters", [{}, {"max_depth": 2}, {"max_leaf_nodes": 8, "max_depth": None}], ids=str)
def test_rows_share_as_many_leaves_as_with_scikit_learn(parameters):
    X = rows(40)

    def kernel(cls):
        codes = [cls(random_state=seed, **parameters).fit_transform(X) for seed in range(5)]
        return np.mean([(code @ code.T).toarray() / 100 for code in codes], axis=0)[np.triu_indices(40, 1)]

    ours, theirs = kernel(RandomTreesEmbedding), kernel(sklearn_ensemble.RandomTreesEmbedding)

    assert np.corrcoef(ours, theirs)[0, 1] > 0.975
    assert_allclose(ours, theirs, atol=0.15)
    assert abs(ours.mean() - theirs.mean()) < 0.02


def test_threads_do_not_change_a_bit():
    X = rows(600, 5)
    first, *others = (RandomTreesEmbedding(n_jobs=n_jobs, random_state=0).fit(X) for n_jobs in (1, 2, 4))
    with joblib.parallel_config("threading", n_jobs=3):
        others.append(RandomTreesEmbedding(random_state=0).fit(X))

    for other in others:
        assert_array_equal(other._trees.nodes, first._trees.nodes)
        assert (other.transform(X) != first.transform(X)).nnz == 0


def test_a_warm_start_keeps_the_columns_that_there_are():
    X = rows()
    embedding = RandomTreesEmbedding(n_estimators=3, random_state=0, warm_start=True)
    first = embedding.fit_transform(X).toarray()

    both = embedding.set_params(n_estimators=7).fit_transform(X)

    assert_array_equal(both[:, : first.shape[1]].toarray(), first)
    assert_array_equal(both.toarray(), RandomTreesEmbedding(n_estimators=7, random_state=0).fit_transform(X).toarray())


def test_columns_are_named_by_tree_and_leaf():
    embedding = RandomTreesEmbedding(n_estimators=3, max_depth=2, random_state=0).fit(rows())

    names = embedding.get_feature_names_out()

    expected = [
        f"randomtreesembedding_{number}_{leaf}"
        for number, tree in enumerate(embedding)
        for leaf in np.flatnonzero(tree.tree_.children_left == LEAF)
    ]
    assert names.dtype == object
    assert names.tolist() == expected


def test_names_of_other_features_are_refused():
    embedding = RandomTreesEmbedding(n_estimators=2).fit(pd.DataFrame(rows(), columns=["a", "b", "c"]))

    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        embedding.get_feature_names_out(["a", "b", "d"])


@pytest.mark.parametrize("method", ["transform", "get_feature_names_out"])
def test_an_embedding_that_is_not_fitted_says_so(method):
    with pytest.raises(NotFittedError, match="RandomTreesEmbedding instance is not fitted yet"):
        getattr(RandomTreesEmbedding(), method)(rows())


def test_sparse_rows_are_encoded_like_dense_ones():
    X = np.where(rows() > 0.5, rows(), 0.0)
    dense = RandomTreesEmbedding(n_estimators=10, random_state=0).fit_transform(X)
    embedding = RandomTreesEmbedding(n_estimators=10, random_state=0)

    assert (embedding.fit_transform(csc_array(X)) != dense).nnz == 0
    assert (embedding.transform(csc_array(X)) != dense).nnz == 0


def test_categories_and_missing_values_are_encoded():
    frame = pd.DataFrame({"color": ["red", "blue", None, "green"] * 20, "number": rows()[:, 0]})
    frame.loc[::7, "number"] = np.nan
    embedding = RandomTreesEmbedding(n_estimators=20, random_state=0).fit(frame)

    encoded = embedding.transform(frame)

    assert_array_equal(np.asarray(encoded.sum(axis=1)).ravel(), np.full(80, 20.0))
    reds, blues = (embedding.transform(frame.assign(color=color)) for color in ("red", "blue"))
    assert 0 < reds.multiply(blues).sum() < 80 * 20
    unseen, missing = (embedding.transform(frame.assign(color=color)) for color in ("violet", None))
    assert (unseen != missing).nnz == 0


def test_rows_of_weight_zero_do_not_exist():
    X, weights = rows(), np.tile([1.0, 0.0], 40)
    embedding = RandomTreesEmbedding(n_estimators=4, max_depth=None, random_state=0)

    embedding.fit(X, sample_weight=weights)

    assert [tree.get_n_leaves() for tree in embedding] == [40] * 4


def test_the_class_is_a_virtual_subclass():
    assert issubclass(RandomTreesEmbedding, sklearn_ensemble.RandomTreesEmbedding)

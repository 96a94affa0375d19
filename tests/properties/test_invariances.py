"""Changes of the data, or of the way to grow, that must not change the tree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from tests.core import grow_tree, preorder
from tests.properties.problems import FEW_KINDS, KINDS, recipes

STRUCTURE = ("feature", "threshold", "left", "right")

every_kind = pytest.mark.parametrize("kind", KINDS, ids=str)
few_kinds = pytest.mark.parametrize("kind", FEW_KINDS, ids=str)
tie_free = st.one_of(recipes(), recipes(categorical=True, weightings=["real"]))  # equal categories tie
zero_shares = st.sampled_from([0.3, 0.9, 1.0])


def assert_same_tree(tree, other, fields=(*STRUCTURE, "missing_go_to_left", "n_node_samples")):
    """Compare the nodes in preorder; numbers that are sums may differ by rounding."""
    (nodes, values), (other_nodes, other_values) = preorder(tree), preorder(other)
    for field in fields:
        assert_array_equal(nodes[field], other_nodes[field])
    assert_allclose(nodes["impurity"], other_nodes["impurity"], rtol=1e-9, atol=1e-12)
    assert_allclose(values, other_values, rtol=1e-9, atol=1e-12)


def grow_of(kind, problem, **options):
    """Grow a tree; options replace parts of the problem."""
    arguments = {**problem._asdict(), "n_classes": kind.n_classes, **options}
    return grow_tree(criterion=kind.criterion, **arguments)


def with_zeros(X, zero_share, seed):
    """A sparse matrix with a share of zeros, some of which are stored."""
    is_zero = np.random.default_rng(seed).random(X.shape) < zero_share
    X = sparse.csc_array(np.where(is_zero, np.float32(0.0), X))
    X.data[::5] = 0.0
    return X


@every_kind
@settings(max_examples=25)
@given(recipe=recipes(weightings=["integer"]), max_depth=st.integers(1, 8))
def test_an_integer_weight_equals_repeating_the_row(kind, recipe, max_depth):
    """Save for the direction of missing values where there are none, which is a matter of rows."""
    problem = recipe.make(kind)
    times = problem.weights.astype(int)
    repeated = problem._replace(
        X=problem.X.repeat(times, axis=0), targets=problem.targets.repeat(times, axis=0), weights=None
    )

    assert_same_tree(
        grow_of(kind, problem, max_depth=max_depth), grow_of(kind, repeated, max_depth=max_depth), STRUCTURE
    )


@every_kind
@settings(max_examples=25)
@given(recipe=recipes(missing=False), zero_share=zero_shares, max_features=st.integers(1, 5))
def test_sparse_equals_dense(kind, recipe, zero_share, max_features):
    problem = recipe.make(kind)
    X = with_zeros(problem.X, zero_share, recipe.seed)
    options = {"max_features": max_features, "seed": recipe.seed}

    assert_same_tree(grow_of(kind, problem, X=X, **options), grow_of(kind, problem, X=X.toarray(), **options))


@few_kinds
@settings(max_examples=25)
@given(recipe=recipes(missing=False), zero_share=zero_shares)
def test_sparse_equals_dense_with_random_splits(kind, recipe, zero_share):
    problem = recipe.make(kind)
    X = with_zeros(problem.X, zero_share, recipe.seed)
    options = {"random_splits": True, "seed": recipe.seed}

    assert_same_tree(grow_of(kind, problem, X=X, **options), grow_of(kind, problem, X=X.toarray(), **options))


@few_kinds
@settings(max_examples=25)
@given(recipe=recipes(categorical=True, n_samples=(2, 300)), max_features=st.integers(1, 5))
def test_best_first_without_a_limit_equals_depth_first(kind, recipe, max_features):
    problem = recipe.make(kind)
    options = {"max_features": max_features, "seed": recipe.seed}

    assert_same_tree(grow_of(kind, problem, max_leaf_nodes=10**6, **options), grow_of(kind, problem, **options))


@every_kind
@settings(max_examples=25)
@given(recipe=tie_free)
def test_the_order_of_the_rows_does_not_matter(kind, recipe):
    problem = recipe.make(kind)
    order = np.random.default_rng(recipe.seed).permutation(recipe.n_samples)
    permuted = problem._replace(
        X=problem.X[order],
        targets=problem.targets[order],
        weights=None if problem.weights is None else problem.weights[order],
    )

    assert_same_tree(grow_of(kind, problem), grow_of(kind, permuted))


@every_kind
@settings(max_examples=25)
@given(recipe=tie_free, factor=st.sampled_from([1e-6, 0.3, 7.0, 1e9]))
def test_the_scale_of_the_weights_does_not_matter(kind, recipe, factor):
    problem = recipe.make(kind).of_positive_weight()

    assert_same_tree(grow_of(kind, problem, weights=factor * problem.weights), grow_of(kind, problem))

"""Trees that grow best first."""

import heapq

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skensemble.records import LEAF, UNDEFINED
from tests.core import grow_tree

random = np.random.default_rng(0)
X = random.standard_normal((300, 3)).astype(np.float32)
y = X[:, 0] + np.sin(3 * X[:, 1]) + 0.1 * random.standard_normal(300)


def grow_best_first(n_leaves, **options):
    return grow_tree(X, y, "squared_error", max_leaf_nodes=n_leaves, **options)


@pytest.mark.parametrize("n_leaves", [2, 3, 10, 299])
def test_leaves_are_limited(n_leaves):
    nodes = grow_best_first(n_leaves).nodes

    assert np.count_nonzero(nodes["left"] == LEAF) == n_leaves
    assert len(nodes) == 2 * n_leaves - 1


def test_the_split_that_gains_most_comes_next():
    """Replay the growth: children are numbered when their parent is split."""
    nodes = grow_best_first(40).nodes
    heap, n_nodes = [(-nodes["gain"][0], 0)], 1
    while n_nodes < len(nodes):
        _, number = heapq.heappop(heap)
        assert nodes["left"][number] == n_nodes
        assert nodes["right"][number] == n_nodes + 1
        for child in (n_nodes, n_nodes + 1):
            if nodes["left"][child] != LEAF:
                heapq.heappush(heap, (-nodes["gain"][child], child))
        n_nodes += 2


def test_a_smaller_tree_is_the_beginning_of_a_larger_one():
    small, large = grow_best_first(7).nodes, grow_best_first(30).nodes
    is_split = small["left"] != LEAF

    assert_array_equal(small[is_split], large[: len(small)][is_split])
    assert_array_equal(small["n_node_samples"], large["n_node_samples"][: len(small)])


def test_what_the_limit_leaves_unsplit_is_a_leaf_in_every_respect():
    nodes = grow_best_first(5).nodes
    leaves = nodes[nodes["left"] == LEAF]

    assert_array_equal(leaves["right"], LEAF)
    assert_array_equal(leaves["feature"], UNDEFINED)
    assert_array_equal(leaves["threshold"], UNDEFINED)
    assert_array_equal(leaves["gain"], 0.0)
    assert_array_equal(leaves["category_offset"], -1)
    assert_array_equal(leaves["missing_go_to_left"], 0)


def test_other_limits_hold_too():
    nodes = grow_best_first(100, max_depth=3, min_samples_leaf=20).nodes

    assert len(nodes) <= 15
    assert nodes["n_node_samples"].min() >= 20

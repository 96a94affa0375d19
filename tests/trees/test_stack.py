"""Trees lie one behind the other in the order of their numbers, whenever they are ready."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from skensemble.growing.plan import GrownTree
from skensemble.records import NODE
from skensemble.trees.stack import TreeStack


def tree(number):
    n_nodes, n_words = 1 + number % 3 * 40, number % 2
    nodes = np.zeros(n_nodes, NODE)
    nodes["feature"] = number
    return GrownTree(nodes, np.full((n_nodes, 1, 2), float(number)), np.full(n_words, number, np.uint64))


@given(order=st.permutations(range(7)))
def test_trees_come_in_any_order(order):
    stack = TreeStack(7)

    for number in order:
        given_tree = tree(number)
        stack.put(number, given_tree)
        given_tree.nodes["feature"] = given_tree.values[:] = given_tree.categories[:] = 99  # it was copied

    for number in range(7):
        expected, nodes = tree(number), slice(stack.starts[number], stack.starts[number + 1])
        words = slice(stack.category_starts[number], stack.category_starts[number + 1])
        assert_array_equal(stack.nodes[nodes], expected.nodes)
        assert_array_equal(stack.values[nodes], expected.values)
        assert_array_equal(np.concatenate(stack.sets)[words], expected.categories)

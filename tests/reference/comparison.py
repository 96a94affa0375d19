"""Whether a tree of the core is the one that the naive twin has grown."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from skensemble.records import UNDEFINED
from tests.core import left_categories


def assert_is_twin(tree, twin, n_categories=None):
    """Compare all fields of all nodes."""
    nodes, expected = tree.nodes, twin.nodes
    splits = [node.split for node in expected]
    assert_array_equal(nodes["feature"], [split.feature if split else UNDEFINED for split in splits])
    assert_array_equal(nodes["left"], [node.left for node in expected])
    assert_array_equal(nodes["right"], [node.right for node in expected])
    assert_array_equal(nodes["n_node_samples"], [len(node.rows) for node in expected])
    assert_array_equal(nodes["threshold"], [split.threshold if split else UNDEFINED for split in splits])
    assert_array_equal(nodes["missing_go_to_left"], [split is not None and split.missing_left for split in splits])
    for number, split in enumerate(splits):
        if split and split.categories is not None:
            assert left_categories(tree, number, n_categories[split.feature]) == split.categories
    scale = expected[0].weight * expected[0].impurity
    assert_allclose(nodes["weighted_n_node_samples"], [node.weight for node in expected], rtol=1e-12)
    assert_allclose(nodes["impurity"], [node.impurity for node in expected], rtol=1e-10, atol=1e-12)
    assert_allclose(nodes["gain"], [split.gain if split else 0.0 for split in splits], rtol=1e-10, atol=1e-12 * scale)
    assert_allclose(tree.values, np.array([node.value for node in expected]), rtol=1e-10, atol=1e-12)

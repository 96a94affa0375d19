"""The one predictor: samples walk from the roots of trees to their leaves.

A walk waits for a node at each step; eight samples that walk one tree in step wait together.  A leaf leads back to itself,
so that a sample that has arrived may take further steps.
"""

import numpy as np

from skensemble._compile import kernel, part
from skensemble._threads import run_in_threads
from skensemble.arrays.bitset import contains
from skensemble.records import LEAF

STEP = np.dtype(
    [
        ("threshold", np.float64),
        ("feature", np.int32),
        ("left", np.int32),
        ("right", np.int32),
        ("kind", np.int32),  # >= 0: offset of the set of categories that go left; else one of the next two
    ],
    align=True,
)
MISSING_RIGHT = -1
MISSING_LEFT = -2

N_TOGETHER = 8
ROWS_PER_BLOCK = 128  # whose values stay in the first level cache while the trees pass by
ROWS_PER_TASK = 2048
SMALL_WORK = 20_000  # samples times trees that one thread does sooner than two


def walking_table(nodes, node_starts, category_starts):
    """Return the table that samples walk through, (n_nodes of all trees,) STEP, with absolute places.

    Parameters
    ----------
    nodes : (n_nodes of all trees,) NODE
    node_starts, category_starts : (n_trees + 1,) int64
        Where the nodes and the sets of categories of each tree start.
    """
    steps = np.empty(len(nodes), STEP)
    n_nodes = np.diff(node_starts)
    is_leaf = nodes["left"] == LEAF
    places, first = np.arange(len(nodes)), np.repeat(node_starts[:-1], n_nodes)
    steps["threshold"] = nodes["threshold"]
    steps["feature"] = np.where(is_leaf, 0, nodes["feature"])
    steps["left"] = np.where(is_leaf, places, nodes["left"] + first)
    steps["right"] = np.where(is_leaf, places, nodes["right"] + first)
    first_word = np.repeat(category_starts[:-1], n_nodes)
    missing = np.where(nodes["missing_go_to_left"] != 0, MISSING_LEFT, MISSING_RIGHT)
    has_categories = nodes["category_offset"] >= 0
    steps["kind"] = np.where(has_categories, nodes["category_offset"] + first_word, missing)
    return steps


@part
def next_node(steps, categories, n_categories, at, X, row):
    """The place that a sample goes to from the place where it is."""
    step = steps[at]
    feature, kind = step["feature"], step["kind"]
    value = X[row, feature]
    if kind >= 0:
        number = n_categories[feature] if np.isnan(value) else np.int64(value)
        is_left = contains(categories, kind, number)
    else:
        is_left = value <= step["threshold"] or (kind == MISSING_LEFT and np.isnan(value))
    return np.int64(step["left"]) if is_left else np.int64(step["right"])


@part
def walk_together(steps, categories, n_categories, root, X, first, n_rows, at):
    """Walk rows first to first + n_rows - 1 (at most N_TOGETHER) to their leaves, which are written into `at`."""
    for k in range(n_rows):
        at[k] = root
    is_moving = True
    while is_moving:
        is_moving = False
        for k in range(n_rows):
            here = at[k]
            at[k] = next_node(steps, categories, n_categories, here, X, first + k)
            is_moving |= at[k] != here


@kernel
def add_values(steps, categories, n_categories, roots, values, X, at, out):
    """Add the values of the leaves of every tree, in the order of the trees, to each sample.

    Parameters
    ----------
    roots : (n_trees,) int64
    values : (n_nodes of all trees, n_values) float64
    X : (n_samples, n_features) float32
    at : (N_TOGETHER,) int64
        Work space.
    out : (n_samples, n_values) float64
    """
    n_samples = X.shape[0]
    for block in range(0, n_samples, ROWS_PER_BLOCK):
        stop = min(block + ROWS_PER_BLOCK, n_samples)
        for tree in range(roots.size):
            for first in range(block, stop, N_TOGETHER):
                n_rows = min(N_TOGETHER, stop - first)
                walk_together(steps, categories, n_categories, roots[tree], X, first, n_rows, at)
                for k in range(n_rows):
                    for column in range(values.shape[1]):
                        out[first + k, column] += values[at[k], column]


@kernel
def find_leaves(steps, categories, n_categories, roots, X, at, out):
    """Write the leaf of each sample in each tree, numbered from the tree's root, into out (n_samples, n_trees) int64."""
    n_samples = X.shape[0]
    for block in range(0, n_samples, ROWS_PER_BLOCK):
        stop = min(block + ROWS_PER_BLOCK, n_samples)
        for tree in range(roots.size):
            for first in range(block, stop, N_TOGETHER):
                n_rows = min(N_TOGETHER, stop - first)
                walk_together(steps, categories, n_categories, roots[tree], X, first, n_rows, at)
                for k in range(n_rows):
                    out[first + k, tree] = at[k] - roots[tree]


@kernel
def write_paths(steps, categories, n_categories, root, X, indptr, indices):
    """Write the nodes on each sample's way through one tree, from indptr[sample] to indptr[sample + 1]."""
    for row in range(X.shape[0]):
        at, before = root, root - 1
        entry = indptr[row]
        while at != before:
            indices[entry] = at - root
            entry += 1
            before = at
            at = next_node(steps, categories, n_categories, at, X, row)


@kernel
def find_depths(nodes, depths):
    """Write the depth of each node of one tree, 0 for the root; parents come before their children."""
    depths[0] = 0
    for number in range(nodes.size):
        if nodes[number]["left"] != LEAF:
            depths[nodes[number]["left"]] = depths[number] + 1
            depths[nodes[number]["right"]] = depths[number] + 1


def by_rows(function, X, out, n_trees, n_threads):
    """Call `function(X, at, out)` on blocks of rows; a sparse X is made dense a block at a time."""
    n_samples, n_features = X.shape
    is_dense = isinstance(X, np.ndarray)
    size = ROWS_PER_TASK if is_dense else max(1, min(ROWS_PER_TASK, (1 << 22) // max(n_features, 1)))

    def on_block(start):
        block = X[start : start + size]
        rows = block if is_dense else block.toarray()
        function(rows, np.empty(N_TOGETHER, np.int64), out[start : start + size])

    if is_dense and n_samples * n_trees <= SMALL_WORK:
        function(X, np.empty(N_TOGETHER, np.int64), out)
    else:
        tasks = [lambda start=start: on_block(start) for start in range(0, n_samples, size)]
        run_in_threads(tasks, min(n_threads, len(tasks)))
    return out

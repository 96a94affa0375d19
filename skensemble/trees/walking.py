"""The one predictor: samples walk from the roots of trees to their leaves.

All samples walk a tree before the next tree's turn comes, so that the tree stays in the cache.  Four go in step: while
one waits for its next node to come from memory, so do the others.  A leaf leads back to itself.  Places are unsigned:
Numba would ask of a signed index at each step whether it is negative.
"""

import functools

import numpy as np

from skensemble._compile import inlined, kernel
from skensemble._threads import run_in_threads
from skensemble.arrays.bitset import contains
from skensemble.arrays.float_codes import decode, encode_at_most
from skensemble.records import LEAF


@functools.cache
def step_dtype(dtype):
    """Return the dtype of the steps of samples whose values have a dtype.

    `threshold` is as large as the node's or just below, so that no value is between; `feature` has flags, and
    `categories`, which lies in the threshold's place where it is float32, is the offset of those that go left.
    """
    size = np.dtype(dtype).itemsize
    names = ("threshold", "categories", "feature", "left", "right")
    offsets = [0, 0 if size == 4 else 20, size, size + 4, size + 8]
    formats = [dtype, np.uint32, np.uint32, np.uint32, np.uint32]
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": 4 * size if size == 4 else 24})


# Flags of a feature: missing values go left, or it is categorical.
MISSING_LEFT = np.uint32(1 << 31)
CATEGORIES = np.uint32(1 << 30)
_NUMBER = np.uint32(CATEGORIES - 1)

ROWS_PER_TASK = 32_768
MOST_DENSE = 1 << 16  # values of a sparse matrix that are dense at once: about a second level cache
SMALL_WORK = 20_000  # samples times trees that one thread does sooner than two


def walking_table(nodes, node_starts, category_starts, dtype, n_threads=1):
    """Return the table that samples walk through, (n_nodes of all trees,) of a `step_dtype`, with absolute places.

    Parameters
    ----------
    nodes : (n_nodes of all trees,) NODE
    node_starts, category_starts : (n_trees + 1,) int64
        Where the nodes and the sets of categories of each tree start.
    dtype : dtype
        Of the samples' values: float32 or float64.
    """
    steps = np.empty(len(nodes), step_dtype(dtype))

    def fill(tree):
        fill_steps(nodes, node_starts[tree], node_starts[tree + 1], category_starts[tree], steps)

    tasks = [functools.partial(fill, tree) for tree in range(len(node_starts) - 1)]
    run_in_threads(tasks, n_threads if len(nodes) > SMALL_WORK else 1)
    return steps


@kernel
def fill_steps(nodes, start, stop, first_word, steps):
    """Write the steps of the tree that has the nodes from start to stop."""
    for number in range(start, stop):
        node, step = nodes[number], steps[number]
        if node["left"] == LEAF:
            step["threshold"], step["feature"] = 0.0, 0
            step["left"], step["right"] = number, number
            continue
        step["feature"] = node["feature"]
        step["left"], step["right"] = node["left"] + start, node["right"] + start
        if node["category_offset"] >= 0:
            step["categories"] = node["category_offset"] + first_word
            step["feature"] = np.uint32(node["feature"]) | CATEGORIES
        else:
            step["threshold"] = node["threshold"]
            if step["threshold"] > node["threshold"]:  # rounded up to float32
                step["threshold"] = decode(encode_at_most(node["threshold"]))
            if node["missing_go_to_left"]:
                step["feature"] = np.uint32(node["feature"]) | MISSING_LEFT


@inlined
def feature_at(steps, at):
    """The feature that a node is split by."""
    return steps[at]["feature"] & _NUMBER


@inlined
def next_node(steps, categories, n_categories, at, X, row):
    """The place (uint64) that a sample goes to from the place where it is."""
    step = steps[at]
    threshold, flags = step["threshold"], step["feature"]
    feature = flags & _NUMBER
    value = X[np.uint64(row), feature]
    # The side of missing values changes from node to node: a branch on it would be mispredicted half of the time.
    is_left = (value <= threshold) | ((flags >= MISSING_LEFT) & np.isnan(value))
    if flags & CATEGORIES:
        number = n_categories[feature] if np.isnan(value) else np.int64(value)
        is_left = contains(categories, np.int64(step["categories"]), number)
    return np.uint64(step["left"] if is_left else step["right"])


@inlined
def find_leaf(steps, categories, n_categories, root, X, row):
    """The place of a sample's leaf."""
    at = np.uint64(root)
    following = next_node(steps, categories, n_categories, at, X, row)
    while following != at:
        at = following
        following = next_node(steps, categories, n_categories, at, X, row)
    return at


@inlined
def find_four_leaves(steps, categories, n_categories, root, X, row):
    """The places of the leaves of four samples, from `row` on."""
    a = b = c = d = np.uint64(root)
    is_walking = True
    while is_walking:
        next_a = next_node(steps, categories, n_categories, a, X, row)
        next_b = next_node(steps, categories, n_categories, b, X, row + 1)
        next_c = next_node(steps, categories, n_categories, c, X, row + 2)
        next_d = next_node(steps, categories, n_categories, d, X, row + 3)
        is_walking = (next_a != a) | (next_b != b) | (next_c != c) | (next_d != d)
        a, b, c, d = next_a, next_b, next_c, next_d
    return a, b, c, d


@kernel
def add_values(steps, categories, n_categories, roots, values, X, out):
    """Add the values of the leaves of every tree, in the order of the trees, to each sample.

    Parameters
    ----------
    roots : (n_trees,) int64
    values : (n_nodes of all trees, n_values) float64
    X : (n_samples, n_features) float32 or float64
    out : (n_samples, n_turns * n_values) float64
        Trees take turns.
    """
    n_samples, n_values = X.shape[0], values.shape[1]
    for tree in range(roots.size):
        first = tree * n_values % out.shape[1]
        for row in range(0, n_samples - 3, 4):
            leaves = find_four_leaves(steps, categories, n_categories, roots[tree], X, row)
            for i in range(4):
                for column in range(n_values):
                    out[row + i, first + column] += values[leaves[i], column]
        for row in range(n_samples - n_samples % 4, n_samples):
            leaf = find_leaf(steps, categories, n_categories, roots[tree], X, row)
            for column in range(n_values):
                out[row, first + column] += values[leaf, column]


@kernel
def find_leaves(steps, categories, n_categories, roots, X, out):
    """Write the leaf of each sample in each tree, counted from its root, into out (n_samples, n_trees) int64."""
    n_samples = X.shape[0]
    for tree in range(roots.size):
        for row in range(0, n_samples - 3, 4):
            leaves = find_four_leaves(steps, categories, n_categories, roots[tree], X, row)
            for i in range(4):
                out[row + i, tree] = np.int64(leaves[i]) - roots[tree]
        for row in range(n_samples - n_samples % 4, n_samples):
            out[row, tree] = np.int64(find_leaf(steps, categories, n_categories, roots[tree], X, row)) - roots[tree]


@kernel
def write_paths(steps, categories, n_categories, root, X, indptr, indices):
    """Write the nodes on each sample's way through one tree, from indptr[sample] to indptr[sample + 1]."""
    for row in range(X.shape[0]):
        at = np.uint64(root)
        for entry in range(indptr[row], indptr[row + 1]):
            indices[entry] = np.int64(at) - root
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
    """Call `function(X, out)` on blocks of rows; a sparse X is made dense a few rows at a time.

    Parameters
    ----------
    out : (n_samples, ...) or, for starts and stops of entries, (n_samples + 1,)
    """
    n_samples = X.shape[0]
    extra = len(out) - n_samples
    if n_samples * n_trees <= SMALL_WORK:
        n_threads = 1
    size = min(ROWS_PER_TASK, max(1, -(-n_samples // n_threads)))
    if not isinstance(X, np.ndarray) and not X.has_canonical_format:
        X = X.copy()
        X.sum_duplicates()

    def on_block(start):
        stop = min(start + size, n_samples)
        if isinstance(X, np.ndarray):
            function(np.ascontiguousarray(X[start:stop]), out[start : stop + extra])
            return
        for first, rows in dense_rows(X, start, stop):
            function(rows, out[first : first + len(rows) + extra])

    if n_samples <= size:
        on_block(0)
    else:
        run_in_threads([functools.partial(on_block, start) for start in range(0, n_samples, size)], n_threads)
    return out


def dense_rows(X, start, stop):
    """Yield stretches of rows start:stop of a CSR matrix, each with its first row, in one array that is used again.

    Only what is stored is written and cleared: most of a sparse row is never touched.
    """
    n_rows = max(1, min(stop - start, MOST_DENSE // max(X.shape[1], 1)))
    dense = np.zeros((n_rows, X.shape[1]), X.dtype)
    for first in range(start, stop, n_rows):
        last = min(first + n_rows, stop)
        scatter(X.data, X.indices, X.indptr, first, last, False, dense)
        yield first, dense[: last - first]
        scatter(X.data, X.indices, X.indptr, first, last, True, dense)


@kernel
def scatter(data, indices, indptr, start, stop, clears, dense):
    """Write what a CSR matrix stores in rows start:stop into the first rows of an array, or clear it there."""
    for row in range(start, stop):
        for entry in range(indptr[row], indptr[row + 1]):
            dense[row - start, indices[entry]] = 0.0 if clears else data[entry]

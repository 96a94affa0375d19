"""What follows a tree: raw predictions move by the values of the leaves, and bins become thresholds."""

import numpy as np

from skensemble._compile import kernel, part
from skensemble._intrinsics import prefetch
from skensemble._team import CHUNK, meet
from skensemble.arrays.bitset import contains
from skensemble.arrays.copying import copy_items
from skensemble.growing.leaf_wise import FAR_AHEAD
from skensemble.records import LEAF


@part
def move_rows(team, raw, rows, leaves, n_leaves, values):
    """Add the values of the leaves, once thread 0 has written them, to the raw predictions of the thread's rows.

    Parameters
    ----------
    raw : (n_samples,) float64
    rows : (n_samples,) uint32
        Sorted by leaf.
    leaves : (>= n_leaves,) OPEN_LEAF
        Of the thread.
    values : (n_nodes,) float64
    """
    meet(team)
    for i in range(n_leaves):
        start, stop, value = leaves[i]["start"], leaves[i]["stop"], values[leaves[i]["number"]]
        for k in range(start, stop):
            prefetch(raw, np.int64(rows[min(k + FAR_AHEAD, stop - 1)]))
            raw[np.uint64(rows[k])] += value


@kernel
def move_predictions(team, raw, rows, leaves, n_leaves, values):
    """`move_rows`, for threads that are in Python."""
    move_rows(team, raw, rows, leaves, n_leaves, values)


@kernel
def walk_rows(team, raw, data, kept, nodes, words, values, factor):
    """Add the values of a tree times a factor to the raw predictions of the thread's rows, but for those that are kept.

    Parameters
    ----------
    raw : (n_samples,) float64
    data : BinnedFeatures
    kept : (n_samples,) uint8
        No length: none is.
    nodes : (n_nodes,) NODE
        Thresholds are numbers of bins.
    words : (n_words,) uint64
    values : (n_nodes,) float64
    factor : float
    """
    for first in range(team.number * CHUNK, raw.size, team.size * CHUNK):
        for row in range(first, min(first + CHUNK, raw.size)):
            if kept.size == 0 or kept[row] == 0:
                raw[row] += factor * values[leaf_of(data, nodes, words, row)]


@part
def leaf_of(data, nodes, words, row):
    """The leaf that a row of the training data reaches."""
    number = np.int64(0)
    while nodes[number]["left"] != LEAF:
        node = nodes[number]
        feature = np.int64(node["feature"])
        bin = bin_of(data, feature, row)
        if node["category_offset"] >= 0:
            is_left = contains(words, node["category_offset"], bin)
        elif bin == data.n_bins[feature]:
            is_left = node["missing_go_to_left"] != 0
        else:
            is_left = bin <= node["threshold"]
        number = np.int64(node["left"] if is_left else node["right"])
    return number


@part
def bin_of(data, feature, row):
    """The bin of a row, from the code of the column that holds the feature."""
    column = data.column_of[feature]
    is_listed = column >= data.codes.shape[1]
    code = np.int64(data.columns[column, row]) if is_listed else np.int64(data.codes[row, column])
    if data.frequent_bins[feature] < 0:
        return code
    bin = code - (data.offsets[feature] - data.column_offsets[column])
    return bin if 0 <= bin <= data.n_bins[feature] else data.frequent_bins[feature]


@kernel
def finish_trees(trees, thresholds, starts, nodes, values, sets, set_starts):
    """Write trees one behind the other, with thresholds instead of the numbers of bins, and no sets that nobody uses.

    Parameters
    ----------
    trees : BoostedTrees
        Not changed.
    thresholds : (n_features, most bins) float64
    starts : (n_trees + 1,) int64
        Where the nodes of each tree start.
    nodes : (n_nodes,) NODE
    values : (n_nodes, 1, n_outputs) float64
    sets : (>= n_sets, n_words) uint64
        Categories that go left.
    set_starts : (n_trees + 1,) int64
        Where it writes where the sets of each tree start.
    """
    n_sets, n_words = 0, sets.shape[1]
    for number in range(starts.size - 1):
        set_starts[number] = n_sets
        for place in range(starts[number + 1] - starts[number]):
            at = starts[number] + place
            nodes[at], node = trees.nodes[number, place], nodes[at]
            for output in range(values.shape[2]):
                values[at, 0, output] = trees.values[number, output, place]
            if node["left"] == LEAF:
                continue
            if node["category_offset"] < 0:
                node["threshold"] = thresholds[node["feature"], np.int64(node["threshold"])]
                continue
            copy_items(trees.words[number, node["category_offset"] // n_words], sets[n_sets])
            node["category_offset"] = (n_sets - set_starts[number]) * n_words
            n_sets += 1
    set_starts[starts.size - 1] = n_sets

"""Leaf-wise growth on histograms, by a team of threads (Ke et al. 2017, "LightGBM").

Rows are dealt to threads in chunks, and stay with their thread for the whole fit: a thread partitions and sums up its
own rows only, so nothing but histograms is exchanged, and a split needs two meetings::

    own rows of a leaf:  partition, sum up the smaller child          -- meet --
    own features:        merge the histograms, subtract, propose      -- meet --
    everybody:           the same choice of the next leaf, each in a leaf table of its own

Chunks rather than one stretch a thread: sorted data would leave a whole node to one thread.
"""

from typing import NamedTuple

import numpy as np

from skensemble._compile import inlined, part, record
from skensemble._intrinsics import prefetch
from skensemble._team import CHUNK, meet
from skensemble.records import LEAF, UNDEFINED
from skensemble.splitting.histogram import Sums, add_rows, best_cut, merge, no_cut

RELATIVE_GAIN = 1e-12  # of the node's score: less is rounding
FAR_AHEAD = 64  # rows between a prefetch and its use, in loops that do little for each row

OPEN_LEAF = np.dtype(
    [
        ("start", np.int64),  # the thread's own rows of the leaf
        ("stop", np.int64),
        ("gradient", np.int64),  # sums of all rows of the leaf, as are the next
        ("hessian_and_count", np.int64),
        ("slot", np.int64),  # of its histogram in the pool
        ("number", np.int64),  # of its node
        ("depth", np.int64),
        ("gain", np.float64),  # of its best cut; 0: there is none
        ("feature", np.int64),
        ("bin", np.int64),
        ("missing_left", np.int64),
        ("left_gradient", np.int64),
        ("left_hessian_and_count", np.int64),
    ],
    align=True,
)
PROPOSAL = np.dtype(
    [
        ("score", np.float64),
        ("feature", np.int64),
        ("bin", np.int64),
        ("missing_left", np.int64),
        ("gradient", np.int64),
        ("hessian_and_count", np.int64),
        ("unused", np.int64, 2),  # a cache line each
    ],
    align=True,
)


@record
class Limits(NamedTuple):
    """When to stop."""

    max_leaf_nodes: int
    max_depth: int
    min_gain: float  # least gain of a cut, in the loss


@record
class Field(NamedTuple):
    """What the team writes on while it grows trees; every item has one owner at any time."""

    pairs: np.ndarray  # (n_samples, 2) int64: the words of each sample, see `splitting.histogram`
    rows: np.ndarray  # (n_samples,) uint32: each thread's rows, sorted by leaf
    right_rows: np.ndarray  # (n_samples,) uint32: work space of the partition
    pool: np.ndarray  # (max_leaf_nodes + team size - 1, n_features * n_codes * 2) int64: histograms
    leaves: np.ndarray  # (team size, max_leaf_nodes) OPEN_LEAF
    proposals: np.ndarray  # (team size, 2) PROPOSAL: for the two children of a split


@inlined
def grow_leaf_wise(team, data, field, criterion, limits, units, tree):
    """Grow a tree, always at the leaf of largest gain; returns how many leaves it has.

    Parameters
    ----------
    data : BinnedFeatures
    tree : (>= 2 * max_leaf_nodes - 1,) NODE
        Written by thread 0.
    """
    leaves = field.leaves[team.number]
    root = leaves[0]
    root["slot"], root["number"], root["depth"] = 0, 0, 0
    sum_up(team, data, field, root)
    meet(team)
    first, stop = team.share(data.codes.shape[1])
    width = 2 * (data.missing_code + 1)
    merge(field.pool, 0, -1, team, first * width, stop * width)
    meet(team)
    total = Sums(0, 0)
    for item in range(0, width, 2):  # the bins of any one feature
        total = Sums(total.gradient + field.pool[0, item], total.hessian_and_count + field.pool[0, item + 1])
    root["gradient"], root["hessian_and_count"] = total.gradient, total.hessian_and_count
    propose(team, data, field, criterion, limits, units, root, 0)
    meet(team)
    adopt(team, field, criterion, limits, units, root, 0)
    if team.number == 0:
        write_node(tree, root, criterion, units)
    n_leaves = 1
    while n_leaves < limits.max_leaf_nodes and team.stop[0] == 0:
        chosen = 0
        for i in range(1, n_leaves):
            if leaves[i]["gain"] > leaves[chosen]["gain"]:
                chosen = i
        if leaves[chosen]["gain"] <= 0.0:
            break
        left, right = leaves[chosen], leaves[n_leaves]
        if team.number == 0:
            write_cut(tree, left, 2 * n_leaves - 1)
        n_left = partition_rows(data, field, left)
        smaller_is_left = divide(left, right, n_left, n_leaves, units)
        n_leaves += 1
        if team.number == 0:
            write_node(tree, left, criterion, units)
            write_node(tree, right, criterion, units)
        if n_leaves == limits.max_leaf_nodes:
            break  # nobody will cut the last two leaves: they need no histograms
        sum_up(team, data, field, left if smaller_is_left else right)
        meet(team)
        smaller, larger = (left["slot"], right["slot"]) if smaller_is_left else (right["slot"], left["slot"])
        merge(field.pool, smaller, larger, team, first * width, stop * width)
        propose(team, data, field, criterion, limits, units, left, 0)
        propose(team, data, field, criterion, limits, units, right, 1)
        meet(team)
        adopt(team, field, criterion, limits, units, left, 0)
        adopt(team, field, criterion, limits, units, right, 1)
    return n_leaves


@inlined
def sum_up(team, data, field, leaf):
    """Sum up the thread's rows of a leaf: thread 0 in the leaf's slot, the others each in their own."""
    slot = leaf["slot"] if team.number == 0 else field.pool.shape[0] - team.number
    histogram = field.pool[slot]
    for item in range(histogram.size):
        histogram[item] = 0
    add_rows(histogram, data.codes, data.missing_code + 1, field.pairs, field.rows, leaf["start"], leaf["stop"])


@inlined
def propose(team, data, field, criterion, limits, units, leaf, child):
    """Post the best cut of a leaf among the thread's share of the features."""
    first, stop = team.share(data.codes.shape[1])
    best = no_cut()
    node = Sums(leaf["gradient"], leaf["hessian_and_count"])
    if leaf["depth"] < limits.max_depth and units.count(node) >= 2 * criterion.min_samples_leaf:
        histogram, n_codes = field.pool[leaf["slot"]], data.missing_code + 1
        for feature in range(first, stop):
            best = best_cut(histogram, feature, data.n_bins[feature], n_codes, node, units, criterion, best)
    posted = field.proposals[team.number, child]
    posted["score"], posted["feature"], posted["bin"], posted["missing_left"] = (
        best.score,
        best.feature,
        best.bin,
        best.missing_left,
    )
    posted["gradient"], posted["hessian_and_count"] = best.left.gradient, best.left.hessian_and_count


@inlined
def adopt(team, field, criterion, limits, units, leaf, child):
    """Write the team's best proposal into a leaf; equal scores go to the lower feature."""
    best = 0
    for thread in range(1, team.size):
        if field.proposals[thread, child]["score"] > field.proposals[best, child]["score"]:
            best = thread
    posted = field.proposals[best, child]
    leaf["gain"] = 0.0
    if posted["feature"] < 0:
        return
    node = Sums(leaf["gradient"], leaf["hessian_and_count"])
    uncut = criterion.score(units.gradient(node), units.hessian(node))
    gain = 0.5 * (posted["score"] - uncut)
    # Rounding alone can leave a gain in a node whose children are alike.
    if gain > limits.min_gain and gain > RELATIVE_GAIN * abs(uncut):
        leaf["gain"], leaf["feature"], leaf["bin"] = gain, posted["feature"], posted["bin"]
        leaf["missing_left"] = posted["missing_left"]
        leaf["left_gradient"] = posted["gradient"]
        leaf["left_hessian_and_count"] = posted["hessian_and_count"]


@part
def partition_rows(data, field, leaf):
    """Reorder the thread's rows of a leaf, stably, those that go left first; returns how many these are."""
    rows, right_rows, codes = field.rows, field.right_rows, data.codes
    start, stop = leaf["start"], leaf["stop"]
    feature, last_left = np.uint64(leaf["feature"]), leaf["bin"]
    missing_left, missing_code = leaf["missing_left"] != 0, data.missing_code
    left, n_right = start, 0
    for i in range(start, stop):
        ahead = np.int64(rows[min(i + FAR_AHEAD, stop - 1)])
        prefetch(codes, ahead * codes.shape[1] + leaf["feature"])
        row = rows[i]
        code = np.int64(codes[row, feature])
        goes_left = np.int64((code <= last_left) | (missing_left & (code == missing_code)))
        rows[left] = row  # written to both sides, and one counter moves: no branch to mispredict
        right_rows[start + n_right] = row
        left += goes_left
        n_right += 1 - goes_left
    for i in range(n_right):
        rows[left + i] = right_rows[start + i]
    return left - start


@part
def divide(left, right, n_left, n_leaves, units):
    """Turn a leaf into its left child and the next leaf into its right one; returns whether the left one is smaller.

    The smaller child gets the next slot of the pool, where it will be summed up; the larger one inherits the parent's,
    from which the smaller one will be subtracted.
    """
    right["start"], right["stop"] = left["start"] + n_left, left["stop"]
    left["stop"] = right["start"]
    right["gradient"] = left["gradient"] - left["left_gradient"]
    right["hessian_and_count"] = left["hessian_and_count"] - left["left_hessian_and_count"]
    left["gradient"], left["hessian_and_count"] = left["left_gradient"], left["left_hessian_and_count"]
    left["depth"] += 1
    right["depth"] = left["depth"]
    left["number"], right["number"] = 2 * n_leaves - 1, 2 * n_leaves
    count_left = units.count(Sums(left["gradient"], left["hessian_and_count"]))
    if count_left <= units.count(Sums(right["gradient"], right["hessian_and_count"])):
        right["slot"], left["slot"] = left["slot"], n_leaves
        return True
    right["slot"] = n_leaves
    return False


@part
def write_node(tree, leaf, criterion, units):
    """Write a leaf into the table of nodes."""
    sums = Sums(leaf["gradient"], leaf["hessian_and_count"])
    node = tree[leaf["number"]]
    node["threshold"], node["feature"] = UNDEFINED, UNDEFINED
    node["left"], node["right"], node["category_offset"] = LEAF, LEAF, -1
    node["missing_go_to_left"], node["gain"] = 0, 0.0
    node["n_node_samples"] = units.count(sums)
    node["weighted_n_node_samples"] = units.hessian(sums)
    node["impurity"] = criterion.value(units.gradient(sums), units.hessian(sums))


@part
def write_cut(tree, leaf, left_number):
    """Turn a leaf of the table into an inner node; its threshold is the number of a bin as yet."""
    node = tree[leaf["number"]]
    node["feature"], node["threshold"], node["gain"] = leaf["feature"], leaf["bin"], leaf["gain"]
    node["missing_go_to_left"] = leaf["missing_left"]
    node["left"], node["right"] = left_number, left_number + 1


@part
def deal_rows(team, rows):
    """Write the thread's rows into its stretch; returns where that starts and stops."""
    n_chunks = (rows.size + CHUNK - 1) // CHUNK
    start = 0
    for chunk in range(n_chunks):
        if chunk % team.size < team.number:
            start += min(CHUNK, rows.size - chunk * CHUNK)
    stop = start
    for chunk in range(team.number, n_chunks, team.size):
        for row in range(chunk * CHUNK, min((chunk + 1) * CHUNK, rows.size)):
            rows[stop] = row
            stop += 1
    return start, stop

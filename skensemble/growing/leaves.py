"""The leaves of a tree that a team grows on histograms: what is known of each, and how a cut divides one."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import inlined, part, record
from skensemble._random import child_key
from skensemble.arrays.bitset import contains, n_words
from skensemble.arrays.copying import copy_items
from skensemble.growing.growth import NOTHING
from skensemble.growing.monotonic import Kin, bound_children, new_kin
from skensemble.records import LEAF, NODE, UNDEFINED, Constraints
from skensemble.splitting.histogram import ANY, PACKED, SINGLE, Fence, sums_at, whole_at
from skensemble.splitting.histogram_categories import CategoryDesk, category_desk
from skensemble.splitting.histogram_numeric import NumericDesk, numeric_desk
from skensemble.splitting.outputs import Outputs, outputs_desk

OPEN_LEAF = np.dtype(
    [
        ("start", np.int64),  # the thread's own rows of the leaf
        ("stop", np.int64),
        ("count", np.int64),  # of all rows of the leaf
        ("slot", np.int64),  # of its histogram in the pool
        ("number", np.int64),  # of its node
        ("depth", np.int64),
        ("key", np.uint64),  # of its random draws
        ("tree_key", np.uint64),
        ("lower", np.float64),  # bounds of its value
        ("upper", np.float64),
        ("gain", np.float64),  # of its best cut; 0: there is none
        ("feature", np.int64),
        ("bin", np.int64),
        ("missing_left", np.int64),
        ("forced", np.int64),  # number of the cut that it is forced to, see `growing.growth`
    ],
    align=True,
)
N_PENDING, N_FREE = range(2)  # items of Own.sizes
PROPOSAL = np.dtype(
    [
        ("score", np.float64),
        ("feature", np.int64),
        ("bin", np.int64),
        ("missing_left", np.int64),
        ("unused", np.int64, 4),  # a cache line each
    ],
    align=True,
)


@record
class Field(NamedTuple):
    """What the team writes on together while it grows trees; every item has one owner at any time."""

    pairs: np.ndarray  # (n_samples, n_words) int64: the words of each sample, see `splitting.histogram`
    rows: np.ndarray  # (n_samples,) uint32: each thread's rows, sorted by leaf
    right_rows: np.ndarray  # (n_samples,) uint32: work space of the partition
    kept: np.ndarray  # (n_samples,) uint8: whether a tree is grown on a row; no length: it is on all
    stretches: np.ndarray  # (team size, 8) int64: start and stop of each thread's rows of a leaf; see `dispersion`, too
    pool: np.ndarray  # (n_slots + team size, n_bins * n_words) int64: histograms
    proposals: np.ndarray  # (team size, 2) PROPOSAL: for the two children of a cut
    words: np.ndarray  # (team size, 2, n_words) uint64: categories that they send left
    left_sums: np.ndarray  # (team size, 2, n_item_words) int64: of what they send left


@record
class Own(NamedTuple):
    """What one thread of the team keeps to itself; all have the same leaves, but for the rows."""

    leaves: np.ndarray  # (max_leaf_nodes,) OPEN_LEAF
    sums: np.ndarray  # (max_leaf_nodes, n_item_words) int64: of all rows of a leaf, as the words of a histogram's bin
    left_sums: np.ndarray  # (max_leaf_nodes, n_item_words) int64: of what the best cut of a leaf sends left
    values: np.ndarray  # (max_leaf_nodes, n_outputs) float64: before shrinkage
    words: np.ndarray  # (max_leaf_nodes, n_words) uint64: categories that the best cut of a leaf sends left
    groups: np.ndarray  # (max_leaf_nodes, n_group_words) uint64: interaction groups that are open to a leaf
    of_tree: np.ndarray  # (n_features,) uint8: whether the tree looks at a feature
    of_node: np.ndarray  # (n_features,) uint8: whether a node does
    sides: np.ndarray  # (n_codes,) uint8: whether a code of a column goes left
    pending: np.ndarray  # (n_slots,) int64: leaves that are not cut yet, where all are cut that can be
    free: np.ndarray  # (n_slots,) int64: slots of the pool that no leaf has, in the same case
    sizes: np.ndarray  # (2,) int64: N_PENDING, N_FREE
    n_off: np.ndarray  # (n_features,) int64: rows of a thin leaf off the most frequent bin, see `growing.thin_leaves`
    is_open: np.ndarray  # (n_features,) uint8: whether a feature can cut a thin leaf
    is_used: np.ndarray  # (n_features,) uint8: whether a tree of the fit has been cut by a feature
    desk: CategoryDesk
    numeric: NumericDesk
    several: Outputs | None  # None: a tree has one output
    kin: Kin


@record
class BoostedTree(NamedTuple):
    """The tree to be, written by thread 0."""

    nodes: np.ndarray  # (>= 2 * max_leaf_nodes - 1,) NODE; thresholds are numbers of bins as yet
    values: np.ndarray  # (n_outputs, >= 2 * max_leaf_nodes - 1) float64, shrunk
    words: np.ndarray  # (>= max_leaf_nodes - 1, n_words) uint64: categories that go left, a row a cut


@record
class BoostedTrees(NamedTuple):
    """Room for trees."""

    nodes: np.ndarray  # as those of `BoostedTree`, with trees as the first axis
    values: np.ndarray
    words: np.ndarray
    n_leaves: np.ndarray  # (n_trees,) int64

    def tree(self, number):
        """One of them."""
        return BoostedTree(self.nodes[number], self.values[number], self.words[number])


def n_slots_of(growth, n_samples):
    """How many leaves have a histogram at once.

    Where the order of the cuts is free, the smaller child of each is cut before the larger one: what is pending below a
    leaf of n rows are leaves of which each has twice the rows of the next.
    """
    return min(growth.max_leaf_nodes, int(n_samples).bit_length() + 2) if growth.is_unlimited else growth.max_leaf_nodes


def item_words(n_outputs, *, is_wide=False, has_unit_hessians=False):
    """How many words a bin of a histogram has; those of several outputs are wide."""
    if is_wide or n_outputs > 1:
        return 2 * n_outputs + 1
    return SINGLE if has_unit_hessians else PACKED


def new_field(data, n_slots, team_size, *, samples_rows=False, n_item_words=PACKED):
    """Return the `Field` of a team; where rows are sampled it is up to the caller to write `kept`."""
    n_samples = len(data.codes)
    return Field(
        pairs=np.empty((n_samples, n_item_words), np.int64),
        rows=np.zeros(n_samples, np.uint32),  # who is stopped early may look at rows that nobody has dealt
        right_rows=np.empty(n_samples, np.uint32),
        kept=np.ones(n_samples if samples_rows else 0, np.uint8),
        stretches=np.zeros((team_size, 8), np.int64),
        pool=np.empty((n_slots + team_size, n_item_words * data.column_offsets[-1]), np.int64),
        proposals=np.zeros((team_size, 2), PROPOSAL),
        words=np.zeros((team_size, 2, words_of(data)), np.uint64),
        left_sums=np.zeros((team_size, 2, n_item_words), np.int64),
    )


def new_own(
    data, constraints: Constraints, max_leaf_nodes, n_slots, *, n_item_words=PACKED, n_outputs=1, is_intermediate=False
):
    """Return the `Own` of a thread; n_outputs are those of a tree."""
    n_features, n_codes = len(data.n_bins), int(data.n_bins.max(initial=0)) + 1
    return Own(
        leaves=np.zeros(max_leaf_nodes, OPEN_LEAF),
        sums=np.zeros((max_leaf_nodes, n_item_words), np.int64),
        left_sums=np.zeros((max_leaf_nodes, n_item_words), np.int64),
        values=np.zeros((max_leaf_nodes, n_outputs)),
        words=np.zeros((max_leaf_nodes, words_of(data)), np.uint64),
        groups=np.zeros((max_leaf_nodes, constraints.groups.shape[1]), np.uint64),
        of_tree=np.ones(n_features, np.uint8),
        of_node=np.ones(n_features, np.uint8),
        sides=np.zeros(int(np.diff(data.column_offsets).max()), np.uint8),
        pending=np.zeros(n_slots, np.int64),
        free=np.zeros(n_slots, np.int64),
        sizes=np.zeros(2, np.int64),
        n_off=np.zeros(n_features, np.int64),
        is_open=np.ones(n_features, np.uint8),
        is_used=np.zeros(n_features, np.uint8),
        desk=category_desk(max(n_features, n_codes), words_of(data)),
        numeric=numeric_desk(n_codes),
        several=outputs_desk(n_codes, n_item_words, n_outputs),
        kin=new_kin(max_leaf_nodes, is_intermediate=is_intermediate),
    )


def new_trees(n_trees, data, max_leaf_nodes, n_outputs=1):
    """Return room for some trees, as `BoostedTrees`."""
    n_nodes, n_set_words = 2 * max_leaf_nodes - 1, words_of(data)
    return BoostedTrees(
        np.zeros((n_trees, n_nodes), NODE),
        np.zeros((n_trees, n_outputs, n_nodes)),
        np.zeros((n_trees, max_leaf_nodes - 1, n_set_words), np.uint64),
        np.zeros(n_trees, np.int64),
    )


def words_of(data):
    """How many words a set of categories takes."""
    return int(n_words(int(data.n_bins[data.is_categorical].max(initial=-1)) + 1))


@part
def fence_of(own, at, criterion, constraints, sign, only):
    """What the children of a leaf must respect when they are cut by a feature whose constraint has a sign."""
    leaf = own.leaves[at]
    is_fenced = constraints.monotonic.size > 0 or criterion.is_fenced()
    return Fence(is_fenced, sign, leaf["lower"], leaf["upper"], own.values[at, 0], only)


@part
def score_of_leaf(own, at, criterion, constraints, units):
    """The score of a leaf that is not cut: the sum of its outputs'."""
    fence, score = fence_of(own, at, criterion, constraints, 0, ANY), 0.0
    for output in range(units.n_outputs):
        of_output = sums_at(own.sums[at], 0, output, units)
        score += criterion.score_of_leaf(of_output, units, fence.around(own.values[at, output]))
    return score


@part
def write_node(tree, own, at, units, learning_rate):
    """Write a leaf into the table of nodes."""
    whole, leaf = whole_at(own.sums[at], 0, units), own.leaves[at]
    node = tree.nodes[leaf["number"]]
    node["threshold"], node["feature"] = UNDEFINED, UNDEFINED
    node["left"], node["right"], node["category_offset"] = LEAF, LEAF, -1
    node["missing_go_to_left"], node["gain"], node["impurity"] = 0, 0.0, 0.0
    node["n_node_samples"] = units.count(whole)
    node["weighted_n_node_samples"] = units.hessian(whole)
    for output in range(units.n_outputs):
        tree.values[output, leaf["number"]] = learning_rate * own.values[at, output]


@part
def write_cut(tree, own, chosen, n_leaves, data):
    """Turn a leaf of the table into an inner node; its threshold is the number of a bin as yet."""
    leaf = own.leaves[chosen]
    node = tree.nodes[leaf["number"]]
    node["feature"], node["threshold"], node["gain"] = leaf["feature"], leaf["bin"], leaf["gain"]
    node["missing_go_to_left"] = leaf["missing_left"]
    node["left"], node["right"] = 2 * n_leaves - 1, 2 * n_leaves
    if data.is_categorical[leaf["feature"]]:
        node["threshold"], node["category_offset"] = np.nan, (n_leaves - 1) * tree.words.shape[1]
        copy_items(own.words[chosen], tree.words[n_leaves - 1])


@part
def write_sides(own, chosen, data):
    """Write which codes of the column that holds the feature that a leaf is cut by go left."""
    leaf = own.leaves[chosen]
    feature, bin, missing_left, words = leaf["feature"], leaf["bin"], leaf["missing_left"] != 0, own.words[chosen]
    column, frequent_bin = data.column_of[feature], data.frequent_bins[feature]
    first, stop = data.column_offsets[column], data.column_offsets[column + 1]
    if frequent_bin >= 0:
        for code in range(stop - first):
            own.sides[code] = goes_left(data, feature, bin, missing_left, words, frequent_bin)
    for k in range(data.n_bins[feature] + 1):
        own.sides[data.offsets[feature] - first + k] = goes_left(data, feature, bin, missing_left, words, k)


@part
def sum_left(histogram, data, feature, last_bin, missing_left, words, left):
    """Write the sums of what a cut sends left."""
    first, n_words = data.offsets[feature], left.size
    left[:] = 0
    for bin in range(data.n_bins[feature] + 1):
        if goes_left(data, feature, last_bin, missing_left, words, bin):
            for word in range(n_words):
                left[word] += histogram[(first + bin) * n_words + word]


@part
def goes_left(data, feature, last_bin, missing_left, words, bin):
    """Whether a cut by a feature sends a bin left: what is up to the last one, or a category in a set of words."""
    if data.is_categorical[feature]:
        return contains(words, 0, bin)
    return missing_left if bin == data.n_bins[feature] else bin <= last_bin


@part
def divide(own, chosen, n_left, n_leaves, slot, growth, constraints, criterion, units):
    """Turn a leaf into its left child and the next leaf into its right one; returns whether the left one is smaller.

    The smaller child gets a slot of the pool, where it will be summed up; the larger one inherits the parent's,
    from which the smaller one will be subtracted.
    """
    left, right = own.leaves[chosen], own.leaves[n_leaves]
    right["start"], right["stop"] = left["start"] + n_left, left["stop"]
    left["stop"] = right["start"]
    fence, feature = fence_of(own, chosen, criterion, constraints, 0, ANY), left["feature"]
    own.is_used[feature] = 1
    for word in range(own.sums.shape[1]):
        own.sums[n_leaves, word] = own.sums[chosen, word] - own.left_sums[chosen, word]
        own.sums[chosen, word] = own.left_sums[chosen, word]
    for output in range(units.n_outputs):
        own_fence = fence.around(own.values[chosen, output])
        for child in (chosen, n_leaves):
            sums = sums_at(own.sums[child], 0, output, units)
            own.values[child, output] = criterion.value(sums, units, own_fence)
    left["count"] = sums_at(own.sums[chosen], 0, 0, units).count
    right["count"] = sums_at(own.sums[n_leaves], 0, 0, units).count
    left["depth"] += 1
    right["depth"] = left["depth"]
    parent, left["number"], right["number"] = left["number"], 2 * n_leaves - 1, 2 * n_leaves
    right["key"], left["key"] = child_key(left["key"], True), child_key(left["key"], False)
    right["tree_key"] = left["tree_key"]
    right["lower"], right["upper"] = left["lower"], left["upper"]
    right["forced"] = NOTHING
    if left["forced"] != NOTHING:
        cut = growth.forced[left["forced"]]
        left["forced"], right["forced"] = cut["left"], cut["right"]
    for word in range(constraints.groups.shape[1]):
        own.groups[chosen, word] &= constraints.groups[feature, word]
        own.groups[n_leaves, word] = own.groups[chosen, word]
    if constraints.monotonic.size:
        bound_children(own, parent, chosen, n_leaves, np.int64(constraints.monotonic[feature]))
    if left["count"] <= right["count"]:
        right["slot"], left["slot"] = left["slot"], slot
        return True
    right["slot"] = slot
    return False


@inlined
def can_be_cut(leaf, growth, criterion):
    """Whether a leaf may have children; if not, it needs no histogram."""
    return leaf["depth"] < growth.max_depth and leaf["count"] >= 2 * criterion.min_samples_leaf


@part
def push_leaf(own, at):
    """Note a leaf that may be cut, or free its slot."""
    if own.leaves[at]["gain"] > 0.0 or own.leaves[at]["forced"] != NOTHING:
        own.pending[own.sizes[N_PENDING]] = at
        own.sizes[N_PENDING] += 1
    else:
        free_slot(own, own.leaves[at]["slot"])


@part
def pop_leaf(own):
    """The leaf that was noted last, or NOTHING."""
    if own.sizes[N_PENDING] == 0:
        return NOTHING
    own.sizes[N_PENDING] -= 1
    return own.pending[own.sizes[N_PENDING]]


@part
def free_slot(own, slot):
    """Give a slot of the pool back."""
    own.free[own.sizes[N_FREE]] = slot
    own.sizes[N_FREE] += 1


@part
def take_slot(own):
    """A slot of the pool that no leaf has."""
    own.sizes[N_FREE] -= 1
    return own.free[own.sizes[N_FREE]]

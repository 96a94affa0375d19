"""A tree while it grows, and what both growers do with a node."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import inlined, record
from skensemble.arrays.bitset import n_words
from skensemble.criteria.responses import response
from skensemble.records import LEAF, NODE, UNDEFINED
from skensemble.splitting.gate import ABSOLUTE_TIE

FIRST_CAPACITY = 256
NO_IMPURITY = np.finfo(np.float64).eps  # in proportion to the root's: less is rounding

# Entries of Growth.sizes
N_NODES, N_WORDS, N_OPEN, N_LEAVES, IS_FINISHED = range(5)

OPEN = np.dtype(
    [
        ("key", np.uint64),
        ("start", np.int64),
        ("stop", np.int64),
        ("depth", np.int64),
        ("parent", np.int64),
        ("n_constant", np.int64),  # features that are constant in the parent
        ("code", np.int64),  # of the node's split, as are the next two
        ("n_left", np.int64),
        ("middle", np.float64),
        ("lower", np.float64),
        ("upper", np.float64),
        ("is_left", np.bool_),
        ("is_in_block", np.bool_),  # whether its samples are numbered in the block
    ],
    align=True,
)


@record
class Growth(NamedTuple):
    """A tree so far.  A grower returns when an array is full, and goes on with longer ones."""

    nodes: np.ndarray  # (capacity,) NODE
    values: np.ndarray  # (capacity, n_values) float64
    groups: np.ndarray  # (capacity, n_group_words) uint64: the interaction groups that are open to a node
    categories: np.ndarray  # (category_capacity,) uint64: sets of the categories that go left
    open: np.ndarray  # (capacity,) OPEN: depth first: a stack; best first: by the node's number
    gains: np.ndarray  # (capacity,) float64: best first: a heap of the nodes that could be split
    numbers: np.ndarray  # (capacity,) int64: best first: the nodes in the heap
    sizes: np.ndarray  # (5,) int64: N_NODES, N_WORDS (of categories), N_OPEN, N_LEAVES, IS_FINISHED

    def is_full(self, n_category_words):
        """Whether there is no room for two nodes and the sets of categories of both."""
        return (
            self.sizes[N_NODES] + 2 > self.nodes.size
            or self.sizes[N_OPEN] + 2 > self.open.size
            or self.sizes[N_WORDS] + 2 * n_category_words > self.categories.size
        )


def new_growth(n_values, n_group_words, n_category_words):
    """Return a tree without nodes."""
    return Growth(
        nodes=np.empty(FIRST_CAPACITY, NODE),
        values=np.empty((FIRST_CAPACITY, n_values)),
        groups=np.empty((FIRST_CAPACITY, n_group_words), np.uint64),
        categories=np.empty(2 * n_category_words, np.uint64),
        open=np.zeros(FIRST_CAPACITY, OPEN),
        gains=np.empty(FIRST_CAPACITY),
        numbers=np.empty(FIRST_CAPACITY, np.int64),
        sizes=np.zeros(5, np.int64),
    )


def longer(growth, n_category_words):
    """Return a tree with room for more of what there is no room for."""
    n_nodes, n_words, n_open = growth.sizes[N_NODES], growth.sizes[N_WORDS], growth.sizes[N_OPEN]
    by_node = {"nodes", "values", "groups"}
    by_node |= {"open", "gains", "numbers"} if growth.sizes[N_LEAVES] else set()  # best first
    wanted = dict.fromkeys(by_node, n_nodes + 2) | {"categories": n_words + 2 * n_category_words}
    wanted.setdefault("open", n_open + 2)
    return growth._replace(**{name: _with_room(getattr(growth, name), size) for name, size in wanted.items()})


def _with_room(array, size):
    """Return an array with at least `size` items, of which the first are those of another."""
    if len(array) >= size:
        return array
    extended = np.empty((max(size, 4 * len(array)), *array.shape[1:]), array.dtype)
    extended[: len(array)] = array
    return extended


@inlined
def open_node(growth, task, place, parent, is_left):
    """Add a node, a leaf so far; returns its number and its `NodeStatistics`."""
    number = growth.sizes[N_NODES]
    growth.sizes[N_NODES] += 1
    node = task.criterion.open(task.samples, place.start, place.stop)
    for k in range(growth.values.shape[1]):
        growth.values[number, k] = 0.0
    task.criterion.write_value(node, growth.values, number)
    if task.settings.is_bounded:
        last = growth.values.shape[1] - 1  # the mean, or the share of the second class
        value = min(max(growth.values[number, last], place.lower), place.upper)
        growth.values[number, last] = value
        if last == 1:
            growth.values[number, 0] = 1.0 - value
    entry = growth.nodes[number]
    entry["threshold"] = UNDEFINED
    entry["impurity"] = node.impurity
    entry["weighted_n_node_samples"] = node.weight
    entry["gain"] = 0.0
    entry["n_node_samples"] = place.stop - place.start
    entry["feature"] = UNDEFINED
    entry["left"] = LEAF
    entry["right"] = LEAF
    entry["category_offset"] = -1
    entry["missing_go_to_left"] = 0
    groups = task.constraints.groups
    for word in range(groups.shape[1]):
        growth.groups[number, word] = ~np.uint64(0)
    if parent >= 0:
        if is_left:
            growth.nodes[parent]["left"] = number
        else:
            growth.nodes[parent]["right"] = number
        for word in range(groups.shape[1]):
            growth.groups[number, word] = growth.groups[parent, word] & groups[growth.nodes[parent]["feature"], word]
    return number, node


@inlined
def may_split(task, place, depth, node, root_impurity):
    """Whether a node is large and impure enough to look for a split."""
    settings, n = task.settings, place.stop - place.start
    if depth >= settings.max_depth or n < settings.min_samples_split or n < 2 * settings.min_samples_leaf:
        return False
    if node.weight < 2.0 * settings.min_weight_leaf:
        return False
    if node.impurity <= max(NO_IMPURITY * root_impurity, settings.least_impurity):
        return False
    targets, samples = task.targets, task.samples
    for output in range(targets.shape[1]):
        last = response(samples, place.stop - 1, targets, output)
        for position in range(place.start, place.stop - 1):  # where classes are in order, the first differs
            if response(samples, position, targets, output) != last:
                return True
    return False


@inlined
def is_worthwhile(settings, split, node, root_weight):
    """Whether a split was found and its gain, as a share of the tree's weight, is large enough, up to rounding."""
    least_gain = settings.min_impurity_decrease * root_weight - ABSOLUTE_TIE * node.magnitude
    return split.feature >= 0 and split.gain >= least_gain


@inlined
def write_split(growth, number, data, split, left_categories):
    """Write a node's split into the table; its children are still to come."""
    entry = growth.nodes[number]
    entry["feature"] = split.feature
    entry["threshold"] = split.threshold
    entry["gain"] = split.gain
    entry["missing_go_to_left"] = split.missing_left
    if data.is_categorical[split.feature]:
        offset, size = growth.sizes[N_WORDS], n_words(data.missing_code(split.feature) + 1)
        for word in range(size):
            growth.categories[offset + word] = left_categories[word]
        growth.sizes[N_WORDS] += size
        entry["category_offset"] = offset

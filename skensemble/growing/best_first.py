"""Best first: the node whose split gains most is split next, until there are enough leaves."""

import numpy as np

from skensemble._compile import part
from skensemble._random import child_key
from skensemble.arrays.heap import pop, push
from skensemble.growing.bounds import child_bounds
from skensemble.growing.nodes import (
    IS_FINISHED,
    N_LEAVES,
    N_NODES,
    N_OPEN,
    is_worthwhile,
    may_split,
    open_node,
    write_split,
)
from skensemble.growing.partition import partition
from skensemble.records import UNDEFINED, Place, Split
from skensemble.splitting.splitter import find_some_split


@part
def grow_best_first(task, growth, key, stop_flag):
    """Grow a tree of at most `max_leaf_nodes` leaves; see `growing.tree.grow_tree`."""
    sizes = growth.sizes
    if sizes[N_NODES] == 0:
        look_at_node(growth, task, Place(0, task.samples.index.size, key, -np.inf, np.inf, True), 0, -1, False)
        sizes[N_LEAVES] = 1
    while sizes[N_OPEN] > 0 and sizes[N_LEAVES] < task.settings.max_leaf_nodes and stop_flag[0] == 0:
        if growth.is_full(task.desk.left_categories.size):
            return
        pop(growth.gains, growth.numbers, sizes[N_OPEN])
        sizes[N_OPEN] -= 1
        number = growth.numbers[sizes[N_OPEN]]
        here, entry = growth.open[number], growth.nodes[number]
        place = Place(here["start"], here["stop"], here["key"], here["lower"], here["upper"], True)
        split = Split(
            entry["gain"],
            np.int64(entry["feature"]),
            here["code"],
            entry["threshold"],
            entry["missing_go_to_left"] != 0,
            here["n_left"],
            here["middle"],
        )
        depth = here["depth"] + 1
        middle = partition(task, task.data.codes, split, growth.categories, entry["category_offset"], place)
        sizes[N_LEAVES] += 1
        for is_right in range(2):
            lower, upper = child_bounds(task.constraints, split, place, is_right == 0)
            start, stop = (middle, place.stop) if is_right else (place.start, middle)
            child = Place(start, stop, child_key(place.key, is_right == 1), lower, upper, True)
            look_at_node(growth, task, child, depth, number, is_right == 0)
    for i in range(sizes[N_OPEN]):  # the limit was reached first: these stay leaves
        entry = growth.nodes[growth.numbers[i]]
        entry["feature"], entry["threshold"], entry["gain"] = UNDEFINED, UNDEFINED, 0.0
        entry["category_offset"], entry["missing_go_to_left"] = -1, 0
    sizes[IS_FINISHED] = 1


@part
def look_at_node(growth, task, place, depth, parent, is_left):
    """Add a node to the tree and, if it could be split, to the heap."""
    number, node = open_node(growth, task, place, parent, is_left)
    root = growth.nodes[0]
    if not may_split(task, place, depth, node, root["impurity"]):
        return
    split, _ = find_some_split(task, task.data.codes, place, node, number, growth.groups, 0)
    if not is_worthwhile(task.settings, split, node, root["weighted_n_node_samples"]):
        return
    write_split(growth, number, task.data, split, task.desk.left_categories)
    here = growth.open[number]
    here["key"], here["start"], here["stop"], here["depth"] = place.key, place.start, place.stop, depth
    here["code"], here["n_left"], here["middle"] = split.code, split.n_left, split.middle
    here["lower"], here["upper"] = place.lower, place.upper
    push(growth.gains, growth.numbers, growth.sizes[N_OPEN], split.gain, number)
    growth.sizes[N_OPEN] += 1

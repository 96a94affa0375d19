"""Depth first: the left subtree of a node is finished before its right child is opened."""

import numpy as np

from skensemble._compile import part
from skensemble._random import child_key
from skensemble.growing.bounds import child_bounds
from skensemble.growing.nodes import (
    IS_FINISHED,
    N_NODES,
    N_OPEN,
    is_worthwhile,
    may_split,
    open_node,
    write_split,
)
from skensemble.growing.partition import partition
from skensemble.records import Place
from skensemble.splitting.splitter import find_some_split


@part
def grow_depth_first(task, growth, key, stop_flag):
    """Grow a tree in preorder; see `growing.tree.grow_tree`."""
    samples, block, settings = task.samples, task.block, task.settings
    pending, n_pending = growth.open, growth.sizes[N_OPEN]
    n_category_words = task.desk.left_categories.size
    if growth.sizes[N_NODES] == 0:
        root = pending[0]
        root["key"], root["start"], root["stop"], root["parent"], root["depth"] = (
            key,
            0,
            samples.index.size,
            -1,
            0,
        )
        root["lower"], root["upper"] = -np.inf, np.inf
        root["n_constant"], root["is_left"], root["is_in_block"] = 0, False, False
        n_pending = 1
    while n_pending > 0 and stop_flag[0] == 0:
        growth.sizes[N_OPEN] = n_pending
        if growth.is_full(n_category_words):
            return
        n_pending -= 1
        here = pending[n_pending]
        place = Place(here["start"], here["stop"], here["key"], here["lower"], here["upper"], True)
        depth, n_constant, is_in_block = here["depth"], here["n_constant"], here["is_in_block"]
        number, node = open_node(growth, task, place, here["parent"], here["is_left"])
        if not may_split(task, place, depth, node, growth.nodes[0]["impurity"]):
            continue
        if not is_in_block:
            is_in_block = start_block(block, samples, task.data.codes, place)
        codes = block if is_in_block else task.data.codes
        split, n_constant = find_some_split(task, codes, place, node, number, growth.groups, n_constant)
        if not is_worthwhile(settings, split, node, growth.nodes[0]["weighted_n_node_samples"]):
            continue
        write_split(growth, number, task.data, split, task.desk.left_categories)
        middle = partition(task, codes, split, task.desk.left_categories, 0, place)
        for is_left in range(2):  # the left child comes on top
            child = pending[n_pending]
            child["key"] = child_key(place.key, is_left == 0)
            child["start"] = place.start if is_left else middle
            child["stop"] = middle if is_left else place.stop
            child["depth"], child["parent"], child["n_constant"] = depth + 1, number, n_constant
            lower, upper = child_bounds(task.constraints, split, place, is_left == 1)
            child["lower"], child["upper"] = lower, upper
            child["is_left"], child["is_in_block"] = is_left == 1, is_in_block
            n_pending += 1
    growth.sizes[N_OPEN] = n_pending
    growth.sizes[IS_FINISHED] = 1


@part
def start_block(block, samples, codes, place):
    """Copy the codes of a node's samples and number them from 0, if a block can hold them; returns whether it can."""
    n = place.stop - place.start
    fits = n <= block.ranks.shape[0]
    if fits:
        for i in range(n):
            row = samples.index[place.start + i]
            for feature in range(block.ranks.shape[1]):
                block.ranks[i, feature] = codes.ranks[row, feature]
            for word in range(block.words.shape[0]):
                block.words[word, i] = codes.words[word, row]
            samples.index[place.start + i] = i
    return fits

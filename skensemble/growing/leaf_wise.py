"""Growth on histograms by a team of threads, at the leaf of largest gain (Ke et al. 2017, "LightGBM") or by depth.

Rows are dealt to threads in chunks, and stay with their thread for the whole fit: a thread partitions and sums up its
own rows only, so nothing but histograms is exchanged, and a cut needs two meetings::

    own rows of a leaf:  partition, sum up the smaller child          -- meet --
    own features:        merge the histograms, subtract, propose      -- meet --
    everybody:           the same choice of the next leaf, each in a leaf table of its own

Where the smaller child has few rows, its features are shared before the sums (`growing.summation`).

Chunks rather than one stretch a thread: sorted data would leave a whole node to one thread.
"""

import numpy as np

from skensemble._compile import part
from skensemble._intrinsics import prefetch
from skensemble._random import FEATURES_OF_TREE, draw
from skensemble._team import CHUNK, meet
from skensemble.growing.dispersion import dispersion_of, note_squares
from skensemble.growing.growth import NOTHING, keep_some
from skensemble.growing.leaves import (
    N_FREE,
    N_PENDING,
    can_be_cut,
    divide,
    free_slot,
    pop_leaf,
    push_leaf,
    take_slot,
    write_cut,
    write_node,
    write_sides,
)
from skensemble.growing.monotonic import bound_others
from skensemble.growing.proposals import find_cuts
from skensemble.growing.summation import sum_up
from skensemble.growing.thin_leaves import sum_up_children
from skensemble.splitting.histogram import sums_at

FAR_AHEAD = 64  # rows between a prefetch and its use, in loops that do little for each row


@part
def grow_tree(team, data, field, own, criterion, growth, constraints, units, key, tree):
    """Grow a tree; returns how many leaves it has.

    Every thread of a team runs this. What it leaves behind is complete unless the team was stopped.

    Parameters
    ----------
    data : BinnedFeatures
    field, own : Field, Own
        `field.pairs` hold the gradients.
    criterion : SecondOrder
    growth : Growth
    constraints : Constraints
    units : Units
        Of the gradients.
    key : uint64
        Of the random draws.
    tree : BoostedTree
        Written by thread 0.
    """
    leaves, n_leaves, chosen, smaller, larger, n_searched = own.leaves, 1, 0, 0, 0, 1
    plant(team, field, own, growth, key)
    own.kin.searched[0] = 0
    while team.stop[0] == 0:
        is_root = n_leaves == 1
        if is_root:
            sum_up(team, data, field, leaves[0], data.codes.shape[0], NOTHING)
        elif can_be_cut(leaves[larger], growth, criterion):
            sum_up_children(team, data, field, own, chosen, n_leaves - 1, smaller, larger)
        else:
            meet(team)  # before proposals change that others still read
        if is_root:
            criterion = weigh_root(team, data, field, own, criterion, units)
            if team.number == 0:
                write_node(tree, own, 0, units, growth.learning_rate)
        for k in range(0, n_searched, 2):
            if k > 0:
                meet(team)  # before proposals change that others still read
            first, second = own.kin.searched[k], own.kin.searched[min(k + 1, n_searched - 1)]
            find_cuts(team, data, field, own, criterion, growth, constraints, units, first, second)
        if growth.is_unlimited:
            push_leaf(own, larger)
            if not is_root:
                push_leaf(own, smaller)
        chosen = pop_leaf(own) if growth.is_unlimited else choose_leaf(leaves, n_leaves, growth)
        if chosen == NOTHING or n_leaves >= growth.max_leaf_nodes:
            break
        if team.number == 0:
            write_cut(tree, own, chosen, n_leaves, data)
        write_sides(own, chosen, data)
        n_left = partition_rows(data, field, own.sides, leaves[chosen])
        slot = take_slot(own) if growth.is_unlimited else n_leaves
        smaller_is_left = divide(own, chosen, n_left, n_leaves, slot, growth, constraints, criterion, units)
        smaller, larger = (chosen, n_leaves) if smaller_is_left else (n_leaves, chosen)
        n_searched = bound_others(own, chosen, n_leaves)
        if team.number == 0:
            write_node(tree, own, chosen, units, growth.learning_rate)
            write_node(tree, own, n_leaves, units, growth.learning_rate)
        n_leaves += 1
        if n_leaves == growth.max_leaf_nodes:  # nobody will cut the last two leaves: they need no histograms
            break
    return n_leaves


@part
def plant(team, field, own, growth, key):
    """Make the root: leaf 0."""
    root = own.leaves[0]
    root["start"], root["stop"] = deal_rows(team, field.rows, field.kept)
    root["slot"], root["number"], root["depth"], root["key"], root["tree_key"] = 0, 0, 0, key, key
    root["lower"], root["upper"] = -np.inf, np.inf
    root["forced"] = 0 if growth.forced.size else NOTHING
    own.sizes[N_PENDING], own.sizes[N_FREE] = 0, 0
    for slot in range(1, own.free.size):
        free_slot(own, slot)
    own.groups[0] = ~np.uint64(0)
    own.of_tree[:] = 1
    own.of_node[:] = 1
    keep_some(own, own.of_tree, growth.max_features_by_tree, growth.feature_weights, draw(key, FEATURES_OF_TREE, 0))


@part
def weigh_root(team, data, field, own, criterion, units):
    """Note what is known of the root, once its histogram is there; returns the criterion for its gradients."""
    root, has_categories = own.leaves[0], criterion.categorical_smoothing > 0.0 and data.is_categorical.any()
    if has_categories:
        note_squares(team, field, root, units)
    meet(team)
    total, histogram = own.sums[0], field.pool[0]
    for word in range(total.size):
        total[word] = 0
        for code in range(data.column_offsets[1]):  # those of any one column
            total[word] += histogram[code * total.size + word]
    meet(team)  # to propose fills in what lies in the most frequent bins
    root["count"] = sums_at(total, 0, 0, units).count
    for output in range(units.n_outputs):
        sums = sums_at(total, 0, output, units)
        own.values[0, output] = criterion.free_value(units.gradient(sums), units.hessian(sums))
    return criterion.dispersed(dispersion_of(team, field, total, units)) if has_categories else criterion


@part
def choose_leaf(leaves, n_leaves, growth):
    """The leaf that is cut next: a forced one, the first one of largest gain, or one that is nearest to the root.

    NOTHING: no leaf can be cut.
    """
    chosen = 0
    if growth.forced.size:
        for i in range(n_leaves):
            if leaves[i]["forced"] != NOTHING:
                return i
    for i in range(1, n_leaves):
        is_better = leaves[i]["gain"] > leaves[chosen]["gain"]
        if growth.by_depth and leaves[i]["gain"] > 0.0 and leaves[chosen]["gain"] > 0.0:
            difference = leaves[i]["depth"] - leaves[chosen]["depth"]
            is_better = difference < 0 or (difference == 0 and is_better)
        if is_better:
            chosen = i
    return chosen if leaves[chosen]["gain"] > 0.0 else NOTHING


@part
def partition_rows(data, field, sides, leaf):
    """Reorder the thread's rows of a leaf, stably, those that go left first; returns how many these are."""
    rows, right_rows = field.rows[leaf["start"] : leaf["stop"]], field.right_rows[leaf["start"] : leaf["stop"]]
    column, n_left = data.columns[data.column_of[leaf["feature"]]], np.uint64(0)
    for i in range(rows.size):
        prefetch(column, np.int64(rows[min(i + FAR_AHEAD, rows.size - 1)]))
        row = np.uint64(rows[i])
        goes_left = np.uint64(sides[np.uint64(column[row])])
        rows[n_left] = row  # written to both sides, and one counter moves: no branch to mispredict
        right_rows[np.uint64(i) - n_left] = row
        n_left += goes_left
    n = np.int64(n_left)
    for i in range(rows.size - n):
        rows[n + i] = right_rows[i]
    return n


@part
def deal_rows(team, rows, kept):
    """Write the thread's rows, of those that are kept, into its stretch; returns where these start and stop."""
    n_chunks = (rows.size + CHUNK - 1) // CHUNK
    start = 0
    for chunk in range(n_chunks):
        if chunk % team.size < team.number:
            start += min(CHUNK, rows.size - chunk * CHUNK)
    stop = start
    for chunk in range(team.number, n_chunks, team.size):
        for row in range(chunk * CHUNK, min((chunk + 1) * CHUNK, rows.size)):
            rows[stop] = row
            stop += np.int64(kept[row]) if kept.size else 1
    return start, stop

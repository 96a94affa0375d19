"""The splitter: the best split of a node over the features that it looks at."""

import numpy as np

from skensemble._compile import inlined, part
from skensemble.records import Place
from skensemble.splitting.categorical import split_categories
from skensemble.splitting.flags import gather_flags
from skensemble.splitting.gate import ABSOLUTE_TIE, RELATIVE_TIE, Gate, raised
from skensemble.splitting.gathering import fill_in, gather_stored
from skensemble.splitting.numeric import no_split, split_best, split_lane
from skensemble.splitting.panel import UNSORTED, choose_cuts, draw_lanes, fill_panel, write_keys
from skensemble.splitting.screening import screen, sort_panel


@part
def find_some_split(task, codes, place, node, number, groups, n_constant):
    """`find_split`, and once more with all rare categories by themselves where there is no other split."""
    split = no_split()
    for attempt in range(2):
        tried = Place(place.start, place.stop, place.key, place.lower, place.upper, attempt == 0)
        split, n_constant = find_split(task, codes, tried, node, number, groups, n_constant)
        if split.feature >= 0 or not task.settings.has_categories or number > 0:
            break
    return split, n_constant


@part
def find_split(task, codes, place, node, number, groups, n_constant):
    """Return the best split of a node, and how many features are known to be constant in it.

    Draws `max_features` features, and more until one of them is not constant.  Of equal splits the one of the feature
    that was drawn first wins, and of one feature's the one at the lowest code, with the missing values on the right.

    Parameters
    ----------
    codes : Codes
        The data's, or the block's.
    number : int
        Of the node.
    groups : (capacity, n_group_words) uint64
        The interaction groups that are open to each node.
    n_constant : int
        Features known to be constant above the node.
    """
    features, settings, constraints, panel = task.features, task.settings, task.constraints, task.desk.panel
    n, tie = place.stop - place.start, ABSOLUTE_TIE * node.magnitude
    # The gain of a split into pure children, which no other exceeds.
    perfect = (1.0 - RELATIVE_TIE) * node.weight * node.impurity
    reads_panel = not task.data.is_sparse or settings.random_splits
    best, n_drawn, n_visited, has_variable, position_bits = no_split(), 0, 0, False, UNSORTED
    gather_flags(panel, codes.words, task.samples.index, place.start, n)
    while best.gain < perfect:
        progress = (n_drawn, n_visited, has_variable)
        n_lanes, n_drawn, n_visited, n_constant = draw_lanes(task, place, number, groups, n_constant, progress)
        if n_lanes == 0:
            break
        if reads_panel:
            fill_panel(task, codes.ranks, place, n_lanes)
            choose_cuts(task, place, node, n_lanes)
            position_bits = sort_panel(task, n, n_lanes)
            if position_bits != UNSORTED:
                screen(task, place, node, n_lanes, position_bits)
        for lane in range(n_lanes):
            feature = panel.features[lane]
            if best.gain >= perfect or (has_variable and panel.visits[lane] > settings.max_features):
                break
            gate = Gate(
                n,
                settings.min_samples_leaf,
                settings.min_weight_leaf,
                settings.is_bounded,
                constraints.monotonic[feature] if settings.is_bounded else 0,
                place.lower,
                place.upper,
                tie,
            )
            bar = raised(best.gain, tie)
            split, is_constant = split_feature(
                task, lane, (reads_panel, position_bits), place, node, gate, feature, bar
            )
            if split.feature == feature:
                best = split
            if is_constant:
                features.mark_constant(feature, n_constant)
                n_constant += 1
            else:
                has_variable = True
    if not settings.looks_at_all(features.active.size):
        features.undo(n_drawn)
    return best, n_constant


@inlined
def split_feature(task, lane, panel_state, place, node, gate, feature, bar):
    """Return the feature's split, if it exceeds the bar, and whether the feature is constant in the node.

    Parameters
    ----------
    panel_state : (reads_panel, position_bits)
        Whether the panel has the feature's codes, and the bits of the positions in its keys, or UNSORTED.
    """
    data, desk, panel, n = task.data, task.desk, task.desk.panel, gate.n_samples
    reads_panel, position_bits = panel_state
    n_keys, n_missing, zero_rank = n, 0, 0
    if reads_panel:
        lowest, highest, n_missing = np.int64(panel.lowest[lane]), np.int64(panel.highest[lane]), panel.n_missing[lane]
    else:
        zero_rank, index = data.zero_ranks[feature], task.samples.index
        n_keys, lowest, highest = gather_stored(data, index, desk.positions, feature, place.start, n, desk.keys)
    if lowest == highest and n_missing == 0:
        return no_split(), True
    if position_bits != UNSORTED and panel.most_gains[lane] <= bar:
        return no_split(), False
    if reads_panel and panel.is_cut[lane]:
        return split_lane(task, lane, place, node, gate, feature, bar), False
    if data.is_categorical[feature]:
        if reads_panel:
            write_keys(panel, lane, n, UNSORTED, desk.keys)
        missing_code = data.missing_code(feature)
        return split_categories(task, missing_code, (lowest, highest), place, node, gate, feature, bar), False
    if n_keys < n and task.criterion.needs_order():
        fill_in(desk.keys, n_keys, n, zero_rank, desk.spare_keys)
        n_keys = n
    span, stored = (lowest, highest, n_missing), (n_keys, zero_rank)
    return split_best(task, lane, panel_state, span, stored, place, node, gate, feature, bar), False

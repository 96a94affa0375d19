"""A panel: the codes of a node's samples of a few features side by side, so that one instruction works on all of them.

    sample      feature 7   feature 2   feature 9   ...   (LANES of them)
      0             31           4         112
      1             29           4          17

A loop over the samples of one feature waits, at each of them, for the last result, or for a branch that nobody can
foresee.  Here a step takes one sample of all features.
"""

import numpy as np

from skensemble._compile import inlined, part
from skensemble._intrinsics import LANES, find_extremes, gather_lanes, prefetch
from skensemble._random import MISSING_SIDE, THRESHOLD, draw, unit
from skensemble.arrays.float_codes import decode, encode_at_most
from skensemble.arrays.sorting import POSITION_BITS, POSITION_MASK, code_of
from skensemble.splitting.features import is_allowed
from skensemble.splitting.flags import fill_flag_lanes, is_varying, sum_flags
from skensemble.splitting.gathering import gather_stored

UNSORTED = -1  # instead of the number of bits of a position in the panel's keys
NEAR = 1 << 17  # codes of a table that a second level cache holds
FEW_LANES = 3  # that are copied one by one, as each is a pass over the samples
AHEAD = 16  # samples by which memory is asked for codes before they are read: rows of a large node are far apart


@inlined
def draw_lanes(task, place, number, groups, n_constant, progress):
    """Choose the next features that a node looks at.

    Parameters
    ----------
    progress : (n_drawn, n_visited, has_variable)
        Features drawn so far, those of them that count, and whether one was not constant.

    Returns
    -------
    n_lanes, n_drawn, n_visited, n_constant : int
    """
    features, max_features, panel = task.features, task.settings.max_features, task.desk.panel
    bit_of = task.data.flags.bit_of
    n_drawn, n_visited, has_variable = progress
    n_visited_before = n_visited
    n_features, n_lanes = features.active.size, 0
    looks_at_all, first = task.settings.looks_at_all(n_features), 0
    if looks_at_all and task.settings.starts_anywhere(n_features):
        first = features.draw_first(place.key)
    while n_lanes < LANES and n_drawn < n_features and n_constant < n_features:
        if n_visited >= max_features and (has_variable or (n_lanes > 0 and n_visited_before < max_features)):
            break
        feature = features.following(first, n_drawn) if looks_at_all else features.draw_next(place.key, n_drawn)
        n_drawn += 1
        if not is_allowed(task.constraints.groups, groups, number, feature):
            continue
        n_visited += 1
        if features.where[feature] < n_constant:
            continue
        if bit_of[feature] >= 0:
            if not is_varying(panel, bit_of[feature]):
                features.mark_constant(feature, n_constant)
                n_constant += 1
                continue
            has_variable = True
        panel.features[n_lanes], panel.visits[n_lanes] = feature, n_visited
        n_lanes += 1
    return n_lanes, n_drawn, n_visited, n_constant


@inlined
def fill_panel(task, ranks, place, n_lanes):
    """Write the codes of the node's samples, and the lowest and the highest of each lane."""
    panel, n = task.desk.panel, place.stop - place.start
    if task.data.is_sparse:
        for lane in range(n_lanes):
            fill_sparse_lane(task, place, lane)
        find_extremes(panel.lowest, panel.highest, panel.codes, n)
    else:
        n_copied = choose_sources(panel, task.data.flags.bit_of, n_lanes)
        if n_copied > FEW_LANES:
            gather_codes(panel, ranks, task.samples.index, place.start, n)
        elif n_copied > 0:
            gather_few_codes(panel, ranks, task.samples.index, place.start, n, task.data.flags.bit_of, n_lanes)
        if n_copied > 0:
            find_extremes(panel.lowest, panel.highest, panel.codes, n)
    if panel.words.shape[0]:
        fill_flag_lanes(task, n, n_lanes)


@part
def choose_sources(panel, bit_of, n_lanes):
    """Write which column of the table each lane copies; returns how many have to: flags need not.

    Lanes that have no feature of their own there copy what another one does: a step then has always as many.
    """
    needed, n_needed = -1, 0
    for lane in range(n_lanes):
        if bit_of[panel.features[lane]] < 0:
            needed, n_needed = panel.features[lane], n_needed + 1
    for lane in range(LANES):
        is_needed = lane < n_lanes and bit_of[panel.features[lane]] < 0
        panel.sources[lane] = panel.features[lane] if is_needed else needed
    return n_needed


@inlined
def gather_codes(panel, ranks, index, start, n):
    """Copy the codes of the node's samples from the table."""
    n_features, is_far = ranks.shape[1], ranks.size > NEAR
    for i in range(n):
        if is_far and i + AHEAD < n:
            ahead = np.int64(index[start + i + AHEAD]) * n_features
            for lane in range(LANES):
                prefetch(ranks, ahead + panel.sources[lane])
        gather_lanes(panel.codes, i * LANES, ranks, np.int64(index[start + i]) * n_features, panel.sources)


@part
def gather_few_codes(panel, ranks, index, start, n, bit_of, n_lanes):
    """`gather_codes` where most lanes hold flags: the others alone are copied, one after the other."""
    for lane in range(n_lanes):
        feature = panel.features[lane]
        if bit_of[feature] < 0:
            for i in range(n):
                panel.codes[i, lane] = ranks[index[start + i], feature]


@part
def fill_sparse_lane(task, place, lane):
    """Write the codes of one feature of a sparse matrix."""
    data, desk, panel, n = task.data, task.desk, task.desk.panel, place.stop - place.start
    feature = panel.features[lane]
    for i in range(n):
        panel.codes[i, lane] = data.zero_ranks[feature]
    n_keys, _, _ = gather_stored(data, task.samples.index, desk.positions, feature, place.start, n, desk.keys)
    for k in range(n_keys):
        panel.codes[desk.keys[k] & POSITION_MASK, lane] = code_of(desk.keys[k])


@inlined
def choose_cuts(task, place, node, n_lanes):
    """Choose the one code after which a lane is cut, where there is one, and sum up what lies up to it.

    That is a random threshold, or the only boundary of a feature that has two values in the node.
    """
    data, panel, n = task.data, task.desk.panel, place.stop - place.start
    asks_codes, asks_flags = False, False
    for lane in range(n_lanes):
        feature = panel.features[lane]
        panel.n_missing[lane], panel.missing_left[lane], panel.is_cut[lane] = 0, False, False
        if data.is_categorical[feature] or panel.lowest[lane] == panel.highest[lane]:
            continue
        if panel.highest[lane] == data.missing_code(feature):
            leave_out_missing(panel, lane, n)
        if task.settings.random_splits:
            draw_threshold(panel, lane, place.key)
            if panel.n_missing[lane]:
                draw_missing_side(panel, lane, place.key, n)
            panel.is_cut[lane] = True
        elif panel.n_missing[lane] == 0 and (n == 2 or panel.highest[lane] - panel.lowest[lane] == 1):
            panel.bounds[lane] = panel.lowest[lane]
            panel.is_cut[lane] = True
        asks_flags |= panel.is_summed[lane]
        asks_codes |= panel.is_cut[lane] and not panel.is_summed[lane]
    if task.criterion.needs_order():
        return
    if asks_codes:
        task.criterion.sum_below(panel, task.samples, place)
    if asks_flags:
        sum_flags(task, place, node, n_lanes)


@part
def leave_out_missing(panel, lane, n):
    """Count the missing values of a lane, and find the highest code of the others."""
    missing_code = panel.highest[lane]
    highest = panel.lowest[lane]
    for i in range(n):
        code = panel.codes[i, lane]
        if code == missing_code:
            panel.n_missing[lane] += 1
        else:
            highest = max(highest, code)
    panel.highest[lane] = highest


@part
def draw_threshold(panel, lane, key):
    """Draw uniformly between the least and the greatest value of a lane (Geurts et al. 2006, table 1)."""
    low, high = np.float64(decode(panel.lowest[lane])), np.float64(decode(panel.highest[lane]))
    threshold = low + unit(draw(key, THRESHOLD, panel.features[lane])) * (high - low)
    if threshold >= high:
        threshold = low
    panel.thresholds[lane] = threshold
    panel.bounds[lane] = encode_at_most(threshold)


@part
def draw_missing_side(panel, lane, key, n):
    """Draw the side of a lane's missing values; those that go left take a code from there."""
    panel.missing_left[lane] = draw(key, MISSING_SIDE, panel.features[lane]) & np.uint64(1) == np.uint64(0)
    if panel.missing_left[lane]:
        for i in range(n):
            if panel.codes[i, lane] > panel.highest[lane]:
                panel.codes[i, lane] = panel.lowest[lane]


@inlined
def write_keys(panel, lane, n, position_bits, keys):
    """Write the codes of a lane as keys `(code << 32) | position`; see `screening.sort_panel` for the panel's own."""
    if position_bits != UNSORTED:
        lowest, shift = np.int64(panel.lowest[lane]), np.uint32(position_bits)
        mask = (np.uint32(1) << shift) - np.uint32(1)
        for i in range(n):
            key = panel.keys[i, lane]
            keys[i] = ((lowest + np.int64(key >> shift)) << POSITION_BITS) | np.int64(key & mask)
    else:
        for i in range(n):
            keys[i] = (np.int64(panel.codes[i, lane]) << POSITION_BITS) | i

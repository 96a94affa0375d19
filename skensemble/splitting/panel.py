"""A panel: the codes of a node's samples of a few features side by side, so that one instruction works on all of them.

    sample      feature 7   feature 2   feature 9   ...   (LANES of them)
      0             31           4         112
      1             29           4          17

A loop over the samples of one feature waits, at each of them, for the last result, or for a branch that nobody can
foresee.  Here a step takes one sample of all features.
"""

import numpy as np

from skensemble._compile import inlined, part
from skensemble._intrinsics import LANES, find_extremes, prefetch
from skensemble._random import MISSING_SIDE, THRESHOLD, draw, unit
from skensemble.arrays.float_codes import decode, encode_at_most
from skensemble.arrays.sorting import POSITION_BITS, POSITION_MASK, code_of
from skensemble.splitting.features import is_allowed
from skensemble.splitting.gathering import gather_stored

UNSORTED = -1  # instead of the number of bits of a position in the panel's keys
WORD = 64  # flags in a word
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
    keeps_order = task.settings.keeps_order(n_features)
    while n_lanes < LANES and n_drawn < n_features and n_constant < n_features:
        if n_visited >= max_features and (has_variable or (n_lanes > 0 and n_visited_before < max_features)):
            break
        feature = n_drawn if keeps_order else features.draw_next(place.key, n_drawn)
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
def gather_flags(panel, words, index, start, n):
    """Copy the flags of the node's samples side by side, and find those that vary."""
    for word in range(words.shape[0]):
        source, gathered = words[word], panel.words[word]
        some, every = np.uint64(0), ~np.uint64(0)
        for i in range(n):
            flags = source[index[start + i]]
            gathered[i] = flags
            some |= flags
            every &= flags
        panel.varying[word] = some & ~every


@part
def is_varying(panel, bit):
    """Whether a flag is not constant in the node."""
    return (panel.varying[bit // WORD] >> np.uint64(bit % WORD)) & np.uint64(1) != np.uint64(0)


@inlined
def fill_panel(task, ranks, place, n_lanes):
    """Write the codes of the node's samples, and the lowest and the highest of each lane."""
    panel, index, start, n = task.desk.panel, task.samples.index, place.start, place.stop - place.start
    codes, chosen, bit_of, table_lanes = panel.codes, panel.features, task.data.flags.bit_of, panel.table_lanes
    n_table_lanes = 0
    for lane in range(n_lanes):
        if task.data.is_sparse:
            fill_sparse_lane(task, place, lane)
        elif bit_of[chosen[lane]] >= 0:
            fill_flag_lane(panel, lane, bit_of[chosen[lane]], task.data.flags.codes, n)
        else:
            table_lanes[n_table_lanes] = lane
            n_table_lanes += 1
    if n_table_lanes:
        for i in range(n):
            if i + AHEAD < n:
                ahead = np.int64(index[start + i + AHEAD]) * ranks.shape[1]
                for k in range(n_table_lanes):
                    prefetch(ranks, ahead + chosen[table_lanes[k]])
            for k in range(n_table_lanes):
                lane = np.uint64(table_lanes[k])
                codes[i, lane] = ranks[index[start + i], np.uint64(chosen[lane])]
    if n_table_lanes or task.data.is_sparse:
        find_extremes(panel.lowest, panel.highest, codes, n)


@inlined
def fill_flag_lane(panel, lane, bit, flag_codes, n):
    """Write the codes of a feature of two values, both of which the node has."""
    low, high = flag_codes[panel.features[lane], 0], flag_codes[panel.features[lane], 1]
    words, shift = panel.words[bit // WORD], np.uint64(bit % WORD)
    for i in range(n):
        panel.codes[i, lane] = high if (words[i] >> shift) & np.uint64(1) else low
    panel.lowest[lane], panel.highest[lane] = low, high


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
    is_any_cut = False
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
        is_any_cut |= panel.is_cut[lane]
    if is_any_cut and not task.criterion.needs_order():
        for k in range(panel.sums.size):
            panel.sums[k] = 0.0
        for i in range(n):
            task.criterion.collect_below(panel, i, node, task.samples, place.start + i)
        task.criterion.complete_below(panel, task.samples)


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

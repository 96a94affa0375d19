"""Flags in a node: the features of two values, a bit each, which need no codes and no sort.

A flag has one boundary.  What lies before it is the node less the samples whose flag is set, and those of a one-hot
encoding are few: the sums of all flags of a panel take a step for each flag that is set, not for each that could be.
"""

import numpy as np

from skensemble._compile import inlined, part
from skensemble._intrinsics import LANES, count_ones, lowest_one
from skensemble.splitting.sweeps import clear_buckets

WORD = 64  # flags in a word


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
def fill_flag_lanes(task, n, n_lanes):
    """Write the bounds of the lanes that hold flags, which vary in the node, and choose how they are summed up.

    Where more flags are set than the node has samples, or a criterion asks for their order, they become codes.
    """
    panel, bit_of, flag_codes = task.desk.panel, task.data.flags.bit_of, task.data.flags.codes
    n_set = 0
    for word in range(panel.words.shape[0]):
        asked = asked_flags(panel, bit_of, word, n_lanes)
        if asked:
            for i in range(n):
                n_set += count_ones(panel.words[word, i] & asked)
    are_summed = n_set <= n and not task.criterion.needs_order()
    for lane in range(n_lanes):
        bit = bit_of[panel.features[lane]]
        panel.is_summed[lane] = are_summed and bit >= 0
        if bit >= 0:
            low, high = flag_codes[panel.features[lane], 0], flag_codes[panel.features[lane], 1]
            panel.lowest[lane], panel.highest[lane] = low, high
            if not are_summed:
                write_flag_codes(panel, lane, bit, low, high, n)


@part
def asked_flags(panel, bit_of, word, n_lanes):
    """The flags of a word that lanes hold; writes which lanes."""
    asked = np.uint64(0)
    for lane in range(n_lanes):
        bit = bit_of[panel.features[lane]]
        if bit >= 0 and bit // WORD == word:
            asked |= np.uint64(1) << np.uint64(bit % WORD)
            panel.lane_of_bit[bit % WORD] = lane
    return asked


@part
def write_flag_codes(panel, lane, bit, low, high, n):
    """Write the codes of a flag."""
    words, shift = panel.words[bit // WORD], np.uint64(bit % WORD)
    for i in range(n):
        panel.codes[i, lane] = high if (words[i] >> shift) & np.uint64(1) else low


@inlined
def sum_flags(task, place, node, n_lanes):
    """Sum up, for each lane that holds a flag, the samples whose flag is not set."""
    criterion, samples, panel, rows = task.criterion, task.samples, task.desk.panel, task.desk.buckets.rows
    n_statistics, bit_of = criterion.total.size, task.data.flags.bit_of
    clear_buckets(rows, LANES * n_statistics)
    for word in range(panel.words.shape[0]):
        asked = asked_flags(panel, bit_of, word, n_lanes)
        if asked:
            for i in range(place.stop - place.start):
                flags = panel.words[word, i] & asked
                while flags:
                    lane = panel.lane_of_bit[lowest_one(flags)]
                    flags &= flags - np.uint64(1)
                    criterion.collect(rows, lane * n_statistics, node, samples, place.start + i)
    for lane in range(n_lanes):
        if panel.is_summed[lane]:
            for k in range(n_statistics):
                panel.sums[k * LANES + lane] = criterion.total[k] - rows[lane * n_statistics + k]

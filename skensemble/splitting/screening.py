"""Screening: the features of a small node side by side, so that most of them need no sweep of their own.

A sweep of one feature waits for each sum before the next, and its sort for branches that nobody can foresee.  In a
small node that is most of the work, and most features lose.  Here the lanes of a panel are sorted and swept at once;
only those whose best boundary exceeds the best so far are swept alone, with all that a split must respect.
"""

import numpy as np

from skensemble._compile import inlined, part
from skensemble._intrinsics import LANES
from skensemble.arrays.sorting import bit_length, sort_lanes
from skensemble.splitting.panel import UNSORTED

KEY_BITS = 32
LEAST_LANES = 3  # of more than one boundary; of fewer each is sorted and swept by itself


@inlined
def sort_panel(task, n, n_lanes):
    """Sort the lanes of a panel, where the node is small and some lanes have more than one boundary.

    Writes keys ``(code - lowest code of the lane) << bits | position``.

    Returns
    -------
    position_bits : int
        The bits of a position, or UNSORTED.
    """
    panel, n_asked, widest = task.desk.panel, 0, 0
    if n > panel.keys.shape[0]:
        return UNSORTED
    for lane in range(n_lanes):
        top = np.int64(panel.highest[lane])
        if panel.n_missing[lane]:
            top = task.data.missing_code(panel.features[lane])
        widest = max(widest, top - np.int64(panel.lowest[lane]))
        n_asked += not panel.is_cut[lane] and panel.lowest[lane] < panel.highest[lane]
    position_bits = bit_length(n - 1)
    if n_asked < LEAST_LANES or bit_length(widest) + position_bits > KEY_BITS:
        return UNSORTED
    for i in range(n):
        for lane in range(LANES):
            code = np.uint32(panel.codes[i, lane]) - np.uint32(panel.lowest[lane])
            panel.keys[i, lane] = (code << np.uint32(position_bits)) | np.uint32(i)
    sort_lanes(panel.keys, n)
    return position_bits


@inlined
def screen(task, place, node, n_lanes, position_bits):
    """Write into the panel what no boundary of a lane gains more than: +inf where that is not known.

    Not known are lanes of categories, and flags.  A lane with missing values has two orders, in which these come last
    and first.
    """
    panel, samples = task.desk.panel, task.samples
    mask = (np.uint32(1) << np.uint32(position_bits)) - np.uint32(1)
    task.criterion.bound_gains(panel.keys, panel.most_gains, node, samples, place, mask)
    if panel.n_missing[:n_lanes].any() and panel.most_gains[0] < np.inf:
        put_missing_first(panel, place.stop - place.start, n_lanes, mask)
        task.criterion.bound_gains(panel.keys_left, panel.most_gains_left, node, samples, place, mask)
    else:
        panel.most_gains_left[:] = -np.inf
    for lane in range(n_lanes):
        panel.most_gains[lane] = max(panel.most_gains[lane], panel.most_gains_left[lane])
        if panel.is_summed[lane] or task.data.is_categorical[panel.features[lane]]:
            panel.most_gains[lane] = np.inf


@part
def put_missing_first(panel, n, n_lanes, mask):
    """Write the sorted keys once more: those of a lane's missing values with a code below all others."""
    for lane in range(LANES):
        n_missing = panel.n_missing[lane] if lane < n_lanes else 0
        for i in range(n_missing):
            panel.keys_left[i, lane] = panel.keys[n - n_missing + i, lane] & mask
        for i in range(n - n_missing):
            panel.keys_left[n_missing + i, lane] = panel.keys[i, lane] + (mask + np.uint32(1))

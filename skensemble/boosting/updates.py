"""Raw predictions after a tree: each row moves by the value of its leaf."""

import numpy as np

from skensemble._compile import kernel
from skensemble._intrinsics import prefetch
from skensemble._team import meet
from skensemble.growing.leaf_wise import FAR_AHEAD


@kernel
def move_predictions(team, raw, rows, leaves, n_leaves, values):
    """Add the values of the leaves, once thread 0 has written them, to the raw predictions of the thread's rows.

    Parameters
    ----------
    raw : (n_samples,) float64
    rows : (n_samples,) uint32
        Sorted by leaf.
    leaves : (>= n_leaves,) OPEN_LEAF
        Of the thread.
    values : (n_nodes,) float64
    """
    meet(team)
    for i in range(n_leaves):
        start, stop, value = leaves[i]["start"], leaves[i]["stop"], values[leaves[i]["number"]]
        for k in range(start, stop):
            prefetch(raw, np.int64(rows[min(k + FAR_AHEAD, stop - 1)]))
            raw[np.uint64(rows[k])] += value

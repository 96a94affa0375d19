"""Criteria: what a split is worth.

A criterion looks at a node through *statistics rows*: `[n_rows, weight, sums...]`, which add up over any parts of the
node. A *sweep* moves parts of the node from the right of a boundary to its left and asks for the gain after each move.
The gain of every criterion is the weighted decrease of impurity,

    gain = W * impurity(node) - W_left * impurity(left) - W_right * impurity(right),

so that gains can be compared, added and normalised alike.  The methods of a criterion, all called by kernels:

=======================================  ==============================================================================
`needs_order()`                          whether sums do not tell the gain, so that samples have to pass one by one
`open(samples, start, stop)`             look at a node: fills `total`, returns its `NodeStatistics`
`write_value(node, values, number)`      the node's prediction into a row of values (n_nodes, n_values)
`begin(node)`                            nothing is on the left: returns a `Left`
`prepare(samples, start, keys, n)`       before the first n sorted keys pass (only where `needs_order()`)
`move(left, node, samples, position)`    one sample goes to the left
`move_row(left, node, rows, at)`         all that the statistics row at rows[at:] sums up goes to the left
`collect(rows, at, node, samples, position)`  add one sample to the statistics row at rows[at:]
`sum_below(panel, samples, place)`       write the statistics row of the samples before the cut of each lane
`evaluate(left, node, n_moved)`          the gain of the boundary
`may_exceed(left, node, bar)`            False: the gain does not exceed a bar (told without a division, which is slow)
`bound_gains(keys, gains, node, samples, place, mask)`  what no boundary of sorted lanes exceeds; +inf: not known
`spread(node)`                           weighted sum of squares about the mean, roughly
`child_values(left, node, n_moved)`      predictions of both children (one output, at most two classes)
=======================================  ==============================================================================

`second_order` is what histograms are cut by: its statistics are sums of gradients and hessians, and it has a protocol
of its own, `value`, `score` and `score_of_children`.
"""

import numpy as np

from skensemble._intrinsics import LANES
from skensemble.criteria.absolute_error import AbsoluteError
from skensemble.criteria.entropy import Entropy
from skensemble.criteria.gini import Gini
from skensemble.criteria.poisson import Poisson
from skensemble.criteria.squared_error import SquaredError

__all__ = ["AbsoluteError", "Entropy", "Gini", "Poisson", "SquaredError", "new_criterion", "sums_responses"]


def sums_responses(name, n_classes):
    """Whether a criterion is that of squared errors: so is the Gini index of two classes."""
    return name == "squared_error" or (name == "gini" and max(n_classes) <= 2)


def new_criterion(name, targets, n_classes, n_rows):
    """Return a criterion with the work space of one tree.

    Parameters
    ----------
    name : {"gini", "entropy", "log_loss", "squared_error", "absolute_error", "poisson"}
    targets : (n_samples, n_outputs) float64
        Responses, or numbers of classes.
    n_classes : sequence of int
        Classes of each output; empty for regression.
    n_rows : int
        Rows that the tree uses.
    """
    n_outputs = targets.shape[1]
    if sums_responses(name, n_classes):
        scale = (2.0 if n_classes else 1.0) / n_outputs
        return SquaredError(targets, scale, np.zeros(2 + n_outputs), np.zeros(n_outputs), np.zeros(n_outputs))
    if name == "poisson":
        return Poisson(targets, 1.0 / n_outputs, np.zeros(2 + n_outputs), np.zeros(n_outputs), np.zeros(n_outputs))
    if name == "absolute_error":
        return AbsoluteError(
            targets,
            np.zeros(2 + n_outputs),
            np.zeros(n_outputs),
            np.empty((n_outputs, n_rows), np.int64),
            np.empty((n_outputs, n_rows + 1)),
            np.empty((n_outputs, n_rows + 1, 2)),
            np.empty(n_rows + 1),
            np.empty(n_rows + 1),
            np.zeros(2, np.int64),
            np.empty((3, n_rows)),
            np.empty((2, n_rows), np.int64),
        )
    offsets = np.concatenate([[0], np.cumsum(n_classes)]).astype(np.int64)
    total, left = np.zeros(2 + offsets[-1]), np.zeros(offsets[-1])
    if name == "gini":
        return Gini(targets, offsets, total, left, np.zeros(left.size * LANES))
    return Entropy(targets, offsets, total, left, np.zeros((3, offsets[-1])))

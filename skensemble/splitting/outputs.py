"""What the search of cuts writes on where a tree has several outputs."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import record


@record
class Outputs(NamedTuple):
    """The work space of a thread; a tree of one output has none, so that its kernel is compiled without all that."""

    left: np.ndarray  # (n_words,) int64: what is on the left of a cut, as the words of a bin
    terms: np.ndarray  # (n_outputs,) float64: what each output adds to a score
    present: np.ndarray  # (n_codes,) int64: categories, as `splitting.ordering` orders them, whence the names
    order: np.ndarray  # (n_codes,) int64
    scores: np.ndarray  # (n_codes,) float64
    spare_scores: np.ndarray  # (n_codes,) float64
    labels: np.ndarray  # (n_codes,) int64
    rows: np.ndarray  # ((n_codes + 1) * (2 + n_outputs),) float64: [n_rows, weight, gradients...]; the node's is last
    directions: np.ndarray  # (2, n_outputs) float64


def outputs_desk(n_codes, n_words, n_outputs):
    """Return the `Outputs` of a thread for categories of up to n_codes codes; None for one output."""
    if n_outputs == 1:
        return None
    present, order, labels = (np.empty(n_codes, np.int64) for _ in range(3))
    scores, spare_scores = np.empty(n_codes), np.empty(n_codes)
    rows, directions = np.empty((n_codes + 1) * (2 + n_outputs)), np.empty((2, n_outputs))
    left, terms = np.empty(n_words, np.int64), np.empty(n_outputs)
    return Outputs(left, terms, present, order, scores, spare_scores, labels, rows, directions)

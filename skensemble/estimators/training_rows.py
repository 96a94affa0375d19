"""The rows of a booster's fit, and what belongs to each."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import _safe_indexing


class TrainingRows(NamedTuple):
    """Some rows; what is None is not given."""

    source: Any  # X as the user passed it; a sparse one as CSC
    X: Any  # (n_samples, n_features), array of float64 or float32, or CSC of float64
    y: np.ndarray  # (n_samples,), as the user passed it
    target: np.ndarray  # (n_samples,) float64
    weight: np.ndarray | None = None  # (n_samples,) float64
    offset: np.ndarray | None = None  # (n_outputs, n_samples) float64: added to the raw predictions
    groups: np.ndarray | None = None  # (n_samples,) int64

    def take(self, rows):
        """Return some of the rows, by their numbers."""
        X = self.X[rows]
        return TrainingRows(
            X if self.source is self.X else _safe_indexing(self.source, rows),
            X,
            self.y[rows],
            self.target[rows],
            None if self.weight is None else self.weight[rows],
            None if self.offset is None else np.ascontiguousarray(self.offset[:, rows]),
            None if self.groups is None else self.groups[rows],
        )

    def positive(self):
        """Return the rows whose weight is not 0.

        Raises
        ------
        ValueError
            There is none.
        """
        if self.weight is None or np.all(self.weight > 0.0):
            return self
        if not np.any(self.weight > 0.0):
            raise ValueError("sample_weight is 0 for all samples: give at least one a positive weight.")
        return self.take(np.flatnonzero(self.weight > 0.0))


def checked_offset(init_score, n_samples, n_outputs, name="init_score"):
    """Return what is given as `name` as (n_outputs, n_samples) float64, or None.

    Raises
    ------
    ValueError
        It has another shape, or is not finite.
    """
    if init_score is None:
        return None
    offset = np.asarray(init_score, np.float64)
    shape = (n_samples,) if n_outputs == 1 else (n_samples, n_outputs)
    if offset.shape != shape and offset.shape != (n_samples, n_outputs):
        raise ValueError(f"{name} has shape {offset.shape}, but the raw predictions have shape {shape}.")
    if not np.all(np.isfinite(offset)):
        raise ValueError(f"{name} has to be finite.")
    return np.ascontiguousarray(offset.reshape(n_samples, n_outputs).T)

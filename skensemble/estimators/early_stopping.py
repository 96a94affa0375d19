"""Early stopping: scores of the rounds, and when they no longer improve."""

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv, train_test_split
from sklearn.utils import _safe_indexing, resample

MOST_SCORED = 10_000  # training samples that a scorer sees


class Monitor:
    """Keeps the scores of training and validation rows, higher is better, and says when to stop.

    Parameters
    ----------
    estimator : estimator that is being fitted
        Says by `n_iter_no_change` and `tol` when scores no longer improve.
    train_scores, validation_scores : sequence of float, default=()
        Of the rounds that a warm start keeps.
    """

    def __init__(self, estimator, train_scores=(), validation_scores=()):
        self.estimator = estimator
        self.train_scores, self.validation_scores = list(train_scores), list(validation_scores)

    def record(self, train_score, validation_score=None):
        """Take the scores of a round; returns whether it shall be the last one."""
        self.train_scores.append(train_score)
        if validation_score is None:
            return self._is_stale(self.train_scores)
        self.validation_scores.append(validation_score)
        return self._is_stale(self.validation_scores)

    def _is_stale(self, scores):
        n = self.estimator.n_iter_no_change + 1
        return len(scores) >= n and not any(score > scores[-n] + self.estimator.tol for score in scores[1 - n :])


class ScoredRows:
    """Rows as a scorer sees them, with their raw predictions in the booster.

    Parameters
    ----------
    X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
        As the user passed it; a sparse one in any format.
    y : (n_samples,)
        As the user passed it.
    sample_weight : (n_samples,) or None
    raw : (n_outputs, n_samples) float64
        A view, which the booster changes.
    rows : (n_scored,) int64 or None
        Those columns of raw that X is.
    """

    def __init__(self, X, y, sample_weight, raw, rows=None):
        self.X, self.y, self.sample_weight, self.raw, self.rows = X, y, sample_weight, raw, rows

    def score(self, estimator, scorer):
        """Return the score; `estimator._known_raw` spares it to predict with all trees."""
        raw = self.raw if self.rows is None else self.raw[:, self.rows]
        estimator._known_raw = (self.X, raw.T)
        try:
            weights = {} if self.sample_weight is None else {"sample_weight": self.sample_weight}
            return scorer(estimator, self.X, self.y, **weights)
        finally:
            del estimator._known_raw


def scorer_of(estimator):
    """Return the scorer that early stopping asks, or None for the loss."""
    return None if estimator.scoring == "loss" else check_scoring(estimator, estimator.scoring)


def small_part(estimator, train, raw, seed):
    """Return some of the training rows (X, y, weights) for a scorer: MOST_SCORED, drawn by class for a classifier."""
    X, y, sample_weight = train
    if len(y) <= MOST_SCORED:
        return ScoredRows(X, y, sample_weight, raw)
    rows = resample(
        np.arange(len(y)),
        n_samples=MOST_SCORED,
        replace=False,
        random_state=seed,
        stratify=y if is_classifier(estimator) else None,
    )
    weight = None if sample_weight is None else sample_weight[rows]
    return ScoredRows(_safe_indexing(X, rows), y[rows], weight, raw, rows)


def hold_out(estimator, X, y, groups, seed):
    """Return the rows that are trained on, and those that are not: the last of the splits of `validation_split`.

    Without a splitter they are drawn for `validation_fraction`, by class for a classifier.

    Returns
    -------
    train, validation : (n_train,), (n_validation,) int64
    """
    if estimator.validation_split is not None:
        splitter = check_cv(estimator.validation_split, y, classifier=is_classifier(estimator))
        try:
            train, validation = (np.asarray(rows) for rows in list(splitter.split(X, y, groups))[-1])
        except (IndexError, TypeError, ValueError) as error:
            raise ValueError(f"validation_split={estimator.validation_split!r} fails: {error}") from error
        for name, rows in (("training", train), ("validation", validation)):
            if rows.dtype == bool:
                rows = np.flatnonzero(rows)
            if not (rows.ndim == 1 and len(rows) and np.issubdtype(rows.dtype, np.integer)):
                raise ValueError(f"validation_split gives no {name} rows: it has to give the numbers of some.")
            if rows.min() < -len(y) or rows.max() >= len(y):
                raise ValueError(f"validation_split gives {name} rows that X with {len(y)} rows lacks.")
        return train, validation
    return train_test_split(
        np.arange(len(y)),
        test_size=estimator.validation_fraction,
        stratify=y if is_classifier(estimator) else None,
        random_state=seed,
    )

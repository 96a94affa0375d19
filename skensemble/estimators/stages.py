"""The rounds of Friedman's gradient boosting as they are played, and their scores."""

import numpy as np

from skensemble.boosting.booster import mean_loss, new_training
from skensemble.boosting.stagewise import TreeLearner
from skensemble.estimators.shared_trees import PackedTrees
from skensemble.estimators.weak_learners import FittedLearners
from skensemble.forests.growing import tree_seeds
from skensemble.forests.subsample import new_subsample
from skensemble.trees.trees import Trees


class Stages:
    """The rounds of a fit so far, and their scores.

    Parameters
    ----------
    estimator : BaseGradientBoosting
    booster : StagewiseBooster
    first : int
        How many rounds there were before.
    """

    def __init__(self, estimator, booster, first):
        self.estimator, self.booster, self.first = estimator, booster, first
        self.fitted, self.train_scores, self.improvements, self.out_of_bag_scores = [], [], [], []
        self.scale = scale_of_scores(estimator)
        n_samples = len(booster.training.target)
        self.subsample = None
        if estimator.subsample < 1.0:
            self.subsample = new_subsample(n_samples, max(1, int(estimator.subsample * n_samples)))

    def play(self, i):
        """Play round i."""
        n_outputs = len(self.booster.training.raw)
        seeds, rows, rest = tree_seeds(self.estimator._seed, i * n_outputs, n_outputs), None, None
        if self.subsample is not None:
            rows = self.subsample.rows(seeds[0])
            is_rest = np.ones(self.subsample.n_samples, bool)
            is_rest[rows] = False
            rest = np.flatnonzero(is_rest)
            before = self._previous(i, rest)
        self.fitted.append(self.booster.play_round(seeds, rows))
        self.train_scores.append(self.scale * self.booster.loss(rows))
        if rest is not None:
            self.out_of_bag_scores.append(self.scale * self.booster.loss(rest))
            self.improvements.append(before - self.out_of_bag_scores[-1])

    def _previous(self, i, rest):
        """The out-of-bag score of the round before; of the first one the loss of the start."""
        if i == 0:
            return self.scale * self.booster.loss(rest)
        known = np.concatenate([getattr(self.estimator, "oob_scores_", np.zeros(0)), self.out_of_bag_scores])
        return known[-1] if len(known) else 0.0

    def write(self, estimator):
        """Put the new rounds behind those of the estimator."""
        new = estimator.n_estimators_ - self.first  # a monitor has seen these already
        fitted = self.fitted[new:]
        if fitted and isinstance(self.booster.learner, TreeLearner):
            grown = [tree for stage in fitted for tree in stage]
            trees = Trees.from_grown(grown, estimator._n_categories, (1,))
            n_outputs = len(self.booster.training.raw)
            seeds = tree_seeds(estimator._seed, estimator.n_estimators_ * n_outputs, len(grown))
            packed = PackedTrees([estimator._prototype()], trees, seeds)
            estimator._packed = packed if estimator._packed is None else estimator._packed + packed
        elif fitted:
            estimator._learners = FittedLearners.joined(estimator._learners, fitted)
        estimator.n_estimators_ = self.first + len(self.fitted)
        estimator.train_score_ = np.append(estimator.train_score_, self.train_scores[new:])
        if self.subsample is None:
            return
        for name, scores in (("oob_improvement_", self.improvements), ("oob_scores_", self.out_of_bag_scores)):
            before = getattr(estimator, name, np.zeros(self.first))
            setattr(estimator, name, np.append(before, scores[new:]))
        estimator.oob_score_ = estimator.oob_scores_[-1]


class HeldOutLoss:
    """The loss of the rows that early stopping looks at.

    Parameters
    ----------
    estimator : BaseGradientBoosting
    X, target, weight : the rows, validated
    """

    def __init__(self, estimator, X, target, weight):
        self.estimator, self.X = estimator, np.ascontiguousarray(X) if isinstance(X, np.ndarray) else X
        self.raw = estimator._raw_of(self.X)
        self.training = new_training(target, np.ascontiguousarray(self.raw.T))._replace(weight=weight)
        self.scale = scale_of_scores(estimator)
        self.history = np.full(estimator.n_iter_no_change, np.inf)

    def is_stale(self, i, fitted):
        """Whether the loss after round i is no better than in any of the last rounds."""
        estimator = self.estimator
        if estimator.estimator is None:
            self.raw = estimator._add_trees(Trees.from_grown(fitted, estimator._n_categories, (1,)), self.X, self.raw)
        else:
            learners = FittedLearners.joined(None, [fitted])
            self.raw = learners.add_to(self.raw, self.X, estimator.learning_rate, 0, 1)
        loss = self.scale * mean_loss(
            self.training._replace(raw=np.ascontiguousarray(self.raw.T)), estimator._objective.loss
        )
        if np.any(loss + estimator.tol < self.history):
            self.history[i % len(self.history)] = loss
            return False
        return True


def scale_of_scores(estimator):
    """Return what losses are multiplied by: scores are squared errors and deviances, not their halves."""
    has_halves = estimator.loss in ("squared_error", "log_loss") and estimator.n_trees_per_iteration_ == 1
    return 2.0 if has_halves else 1.0


def fit_start(estimator, X, target, weight):
    """Fit the estimator before the first round."""
    if weight is None:
        estimator.fit(X, target)
        return
    message = f"The initial estimator {type(estimator).__name__} does not support sample weights."
    try:
        estimator.fit(X, target, sample_weight=weight)
    except TypeError as error:
        if "unexpected keyword argument 'sample_weight'" in str(error):
            raise ValueError(message) from error
        raise
    except ValueError as error:
        if "pass parameters to specific steps of your pipeline using the stepname__parameter" in str(error):
            raise ValueError(message) from error
        raise

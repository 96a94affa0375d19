"""What boosting fits in its rounds: our trees on shared ranks, or estimators of any kind."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import has_fit_parameter

from skensemble.estimators.shared_trees import PackedTrees


def seeded(estimator, seed):
    """Return an unfitted copy of an estimator whose parameters that are random states come from a seed."""
    copy = clone(estimator)
    names = [name for name in sorted(copy.get_params()) if name == "random_state" or name.endswith("__random_state")]
    draws = np.random.RandomState(seed)
    return copy.set_params(**{name: int(draws.randint(np.iinfo(np.int32).max)) for name in names})


class EstimatorLearner:
    """Regressors that are fitted to the negative gradients, with one step each.

    Parameters
    ----------
    estimator : regressor
    X : (n_samples, ...)
        The training samples, as the user has given them; a sparse matrix as CSR.
    """

    def __init__(self, estimator, X):
        self.estimator, self.X = estimator, X
        self.takes_weights = has_fit_parameter(estimator, "sample_weight")

    def fit(self, output, response, weight, seed, search, stop):
        """Fit a regressor; see `TreeLearner.fit`.

        Returns
        -------
        fitted : (regressor, float)
            And its step.
        change : (n_samples,) float64

        Raises
        ------
        ValueError
            The samples have weights, but the regressor takes none.
        """
        learner = seeded(self.estimator, seed)
        if weight is None or self.takes_weights:
            learner.fit(self.X, response, **({} if weight is None else {"sample_weight": weight}))
        else:
            rows = np.flatnonzero(weight)
            if np.any(weight[rows] != weight[rows[0]]):
                raise ValueError(
                    f"estimator={type(learner).__name__} takes no sample_weight, which sample_weight and "
                    "order='second' need: choose another estimator, or order='first' without weights."
                )
            learner.fit(_safe_indexing(self.X, rows), response[rows])
        direction = np.asarray(learner.predict(self.X), np.float64).ravel()
        step = 1.0 if search is None else search.best_step(direction)
        return (learner, step), step * direction


class FittedLearners:
    """The regressors of some rounds, and their steps.

    Parameters
    ----------
    estimators : (n_rounds, n_outputs) ndarray of regressors
    steps : (n_rounds, n_outputs) float64
    """

    def __init__(self, estimators, steps):
        self.estimators, self.steps = estimators, steps

    @classmethod
    def joined(cls, before, stages):
        """Return the learners of a `FittedLearners` (or None), and of rounds behind it, lists of (regressor, step)."""
        estimators = np.empty((len(stages), len(stages[0])), dtype=object)
        for i, stage in enumerate(stages):
            for output, (learner, _) in enumerate(stage):
                estimators[i, output] = learner
        steps = np.array([[step for _, step in stage] for stage in stages])
        if before is None:
            return cls(estimators, steps)
        return cls(np.concatenate([before.estimators, estimators]), np.concatenate([before.steps, steps]))

    def add_to(self, raw, X, learning_rate, first, stop):
        """Add the predictions of the rounds first to stop - 1 to raw (n_samples, n_outputs), and return it."""
        for i in range(first, stop):
            for output in range(raw.shape[1]):
                direction = np.asarray(self.estimators[i, output].predict(X), np.float64).ravel()
                raw[:, output] += learning_rate * (self.steps[i, output] * direction)
        return raw


def answers_of(estimator, X, kind, classes=None):
    """Return what an estimator answers, as `skensemble.boosting.reweighting` takes it.

    Parameters
    ----------
    estimator : fitted estimator
    X : (n_samples, n_features)
    kind : {"SAMME", "real", "gentle", "R2"}
    classes : (n_classes,)
        Of the ensemble; of a classifier only.
    """
    if kind == "SAMME":
        return np.searchsorted(classes, estimator.predict(X))
    if kind == "real":
        known = estimator.predict_proba(X)
        probabilities = np.zeros((len(known), len(classes)))
        probabilities[:, np.searchsorted(classes, estimator.classes_)] = known
        return probabilities
    return np.asarray(estimator.predict(X), np.float64).ravel()


class OwnTrees:
    """Our trees as the learners of AdaBoost.

    Parameters
    ----------
    shared : SharedTrees
    kind : {"SAMME", "real", "gentle", "R2"}
    """

    def __init__(self, shared, kind):
        self.shared, self.kind = shared, kind

    def fit(self, weight, rows, seed):
        """Grow a tree.

        Parameters
        ----------
        weight : (n_samples,) float64
        rows : (n_drawn,) int or None
            Rows that count each time that they were drawn, whatever their weight; None: all count their weight.
        seed : int

        Returns
        -------
        grown : GrownTree
        answers : of the training samples, see `answers_of`
        """
        weight = weight if rows is None else np.bincount(rows, minlength=len(weight)).astype(np.float64)
        grown = self.shared.grow(weight, seed)
        return grown, self.answers_for(grown)

    def of_values(self, values):
        """Return the answers that stand in nodes, whose values are (n_nodes, n_values)."""
        if self.kind == "SAMME":
            return values.argmax(axis=1)
        return values if self.kind == "real" else values[:, 0]

    def member(self, members, index):
        """Return what `fit` returned for a member of an earlier fit."""
        return members.trees.grown(index)

    def answers_for(self, fitted, X=None):
        """Return the answers of what `fit` returned for validated samples; None: those of the training."""
        X = self.shared.rows if X is None else X
        trees = self.shared.prepared.trees([fitted])
        return self.of_values(trees.values[:, 0])[trees.leaves(X)[:, 0]]

    def members(self, before, fitted, seeds):
        """Return the `PackedTrees` of an earlier fit (or None) and of new trees behind them."""
        if not fitted:
            return before
        packed = PackedTrees([self.shared.prototype], self.shared.prepared.trees(fitted), seeds)
        return packed if before is None else before + packed


class AnyEstimators:
    """Estimators of any kind as the learners of AdaBoost.

    Parameters
    ----------
    estimator : estimator
    X : (n_samples, n_features)
    y : (n_samples,)
    kind, classes : as in `answers_of`
    """

    def __init__(self, estimator, X, y, kind, classes=None):
        self.estimator, self.X, self.y, self.kind, self.classes = estimator, X, y, kind, classes

    def fit(self, weight, rows, seed):
        """Fit an estimator; see `OwnTrees.fit`."""
        fitted = seeded(self.estimator, seed)
        if rows is None:
            fitted.fit(self.X, self.y, sample_weight=weight)
        else:
            fitted.fit(_safe_indexing(self.X, rows), _safe_indexing(self.y, rows))
        return fitted, answers_of(fitted, self.X, self.kind, self.classes)

    def member(self, members, index):
        """Return what `fit` returned for a member of an earlier fit."""
        return members[index]

    def answers_for(self, fitted, X=None):
        """Return the answers of what `fit` returned for validated samples; None: those of the training."""
        return answers_of(fitted, self.X if X is None else X, self.kind, self.classes)

    def members(self, before, fitted, seeds):
        """Return the estimators of an earlier fit (or None) and new ones behind them."""
        return [*(before or ()), *fitted]

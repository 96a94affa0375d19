"""AdaBoost for numbers: the learner of a round looks hardest at what those before got wrong."""

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils._param_validation import HasMethods, StrOptions

from skensemble.boosting.reweighting import r2
from skensemble.estimators.ada_boost import ADA_BOOST
from skensemble.estimators.decision_tree import DecisionTreeRegressor
from skensemble.estimators.parameters import Parameter, keep, with_parameters
from skensemble.estimators.reweighting import BaseAdaBoost
from skensemble.estimators.shared_trees import PackedTrees
from skensemble.estimators.weak_learners import OwnTrees, answers_of


@with_parameters(
    ADA_BOOST,
    estimator=Parameter(
        [HasMethods(["fit", "predict"]), None],
        "regressor or None",
        "What is fitted in each round; None: one of our trees of depth 3.",
    ),
    loss=Parameter(
        [StrOptions({"linear", "square", "exponential"})],
        '{"linear", "square", "exponential"}',
        "How the distance of a prediction, as a share of the greatest one, becomes a loss.",
    ),
    resample=Parameter(
        ["boolean"],
        "bool",
        "Whether a round is fitted to as many samples as there are, drawn by their weights, as Drucker has it, or is "
        "given the weights.",
    ),
)
class AdaBoostRegressor(RegressorMixin, BaseAdaBoost):
    """AdaBoost for regression: R2 (Drucker 1997).

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    estimator_ : estimator
        What the estimators are copies of.
    estimators_ : list
        The fitted estimators; our trees are views on common arrays.
    estimator_weights_ : ndarray of shape (n_estimators,)
        Their weights; 0 for rounds that were not played.
    estimator_errors_ : ndarray of shape (n_estimators,)
        Their weighted losses; 1 for rounds that were not played.
    feature_importances_ : ndarray of shape (n_features,)
        Mean of the importances that the estimators have, by their weights.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    GradientBoostingRegressor : Boosting along the gradient of a loss.

    References
    ----------
    Drucker 1997, "Improving regressors using boosting techniques".

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skensemble import AdaBoostRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> AdaBoostRegressor(random_state=0).fit(X, y).score(X, y) > 0.5
    True
    """

    def __init__(
        self,
        estimator=None,
        *,
        n_estimators=50,
        learning_rate=1.0,
        loss="linear",
        resample=True,
        validation_fraction=None,
        n_iter_no_change=None,
        warm_start=False,
        n_jobs=None,
        random_state=None,
    ):
        keep(self, locals())

    @property
    def _kind(self):
        return "R2"

    def _default_estimator(self):
        return DecisionTreeRegressor(max_depth=3)

    def _encode_y(self, y):
        return np.asarray(y, np.float64)

    def _step(self, answers, target, weight):
        return r2(np.abs(answers - target), weight, self.loss, self.learning_rate)

    def _drop_useless(self, i, fitted, steps, member):
        if i == 0:  # the only one is kept
            fitted.append(member)
            steps.append(r2(np.zeros(1), np.ones(1), self.loss, 1.0)._replace(alpha=0.0, error=1.0))

    def _watch(self, learner, X, y, sample_weight):
        X = self._for_members(X, isinstance(learner, OwnTrees))
        predictions, weights, best, n_stale = [], [], np.inf, 0

        def watch(member, step):
            nonlocal best, n_stale
            predictions.append(learner.answers_for(member, X))
            weights.append(step.alpha)
            found = _weighted_medians(np.column_stack(predictions), np.array(weights))
            distance = np.average(np.abs(found - y), weights=sample_weight)
            best, n_stale = (distance, 0) if distance < best else (best, n_stale + 1)
            return n_stale >= self.n_iter_no_change

        return watch

    def _predictions(self, X):
        """Return the predictions of the estimators, (n_samples, n_estimators) float64."""
        X = self._check_X(X)
        if not isinstance(self._members, PackedTrees):
            return np.column_stack(self._ask(lambda member, X: answers_of(member, X, "R2"), X))
        trees = self._members.trees
        return trees.values[trees.leaves(X, self._n_threads) + trees.node_starts[:-1], 0, 0]

    def predict(self, X):
        """Predict the median of the estimators' predictions, by their weights.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        y : ndarray of shape (n_samples,), float64
            Predictions.
        """
        predictions = self._predictions(X)
        return _weighted_medians(predictions, self.estimator_weights_[: predictions.shape[1]])

    def staged_predict(self, X):
        """Predict the target after each round.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            Samples.

        Yields
        ------
        y : ndarray of shape (n_samples,), float64
            Predictions.
        """
        predictions = self._predictions(X)
        for n in range(1, predictions.shape[1] + 1):
            yield _weighted_medians(predictions[:, :n], self.estimator_weights_[:n])


def _weighted_medians(predictions, weights):
    """Return for each row the least number that numbers of half the weight do not exceed."""
    order = np.argsort(predictions, axis=1)
    cumulative = np.cumsum(weights[order], axis=1)
    middle = (cumulative >= 0.5 * cumulative[:, -1:]).argmax(axis=1)
    rows = np.arange(len(predictions))
    return predictions[rows, order[rows, middle]]

"""AdaBoost for classes: the learner of a round looks hardest at what those before got wrong."""

from numbers import Integral, Real

import numpy as np
from sklearn.base import ClassifierMixin, is_regressor
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.extmath import softmax

from skensemble.boosting.reweighting import STEPS, votes
from skensemble.estimators.decision_tree import DecisionTreeClassifier, DecisionTreeRegressor
from skensemble.estimators.parameters import FOREST, POSITIVE, TREE, Parameter, keep, with_parameters
from skensemble.estimators.predictions import logarithms
from skensemble.estimators.reweighting import BaseAdaBoost
from skensemble.estimators.shared_trees import PackedTrees
from skensemble.estimators.targets import learn_classes
from skensemble.estimators.weak_learners import OwnTrees, answers_of

ADA_BOOST = {
    "n_estimators": Parameter([POSITIVE], "int", "The most rounds."),
    "learning_rate": Parameter(
        [Interval(Real, 0.0, None, closed="neither")],
        "float",
        "Shrinkage: what the weights of the estimators, and the logarithms of the factors of the samples' weights, are "
        "multiplied by.",
    ),
    "random_state": TREE["random_state"]._replace(text="Seed of the estimators, and of the samples that are drawn."),
    "validation_fraction": Parameter(
        [Interval(Real, 0.0, 1.0, closed="neither"), None],
        "float or None",
        "The share of the samples that early stopping holds out; None: a tenth.",
    ),
    "n_iter_no_change": Parameter(
        [Interval(Integral, 1, None, closed="left"), None],
        "int or None",
        "Early stopping: the fit ends when for so many rounds the score of the held-out samples has not been better "
        "than before; None: no samples are held out.",
    ),
    "warm_start": Parameter(
        ["boolean"], "bool", "Whether `fit` keeps the rounds that there are and adds those up to `n_estimators`."
    ),
    "n_jobs": FOREST["n_jobs"]._replace(
        text="Threads that predict; -1: one for each core; None: 1, or what `joblib.parallel_config` says. Rounds "
        "follow one another. The model and its predictions are the same for any number."
    ),
}


@with_parameters(
    ADA_BOOST,
    estimator=Parameter(
        [HasMethods(["fit", "predict"]), None],
        "estimator or None",
        'What is fitted in each round: a classifier, or with `algorithm` "gentle" a regressor; None: one of our trees '
        "with a single split.",
    ),
    resample=Parameter(
        ["boolean"],
        "bool",
        "Whether a round is fitted to as many samples as there are, drawn by their weights, instead of being given the "
        "weights: the only way for estimators that take none.",
    ),
    algorithm=Parameter(
        [StrOptions({"SAMME", "real", "gentle"})],
        '{"SAMME", "real", "gentle"}',
        'What a round makes of the answers: "SAMME" takes classes, "real" probabilities, and "gentle", for two '
        "classes, the least-squares fit to them.",
    ),
)
class AdaBoostClassifier(ClassifierMixin, BaseAdaBoost):
    """AdaBoost for classification: SAMME (Zhu et al. 2009), of two classes the AdaBoost of Freund and Schapire (1997).

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    n_classes_ : int
        Their number.
    estimator_ : estimator
        What the estimators are copies of.
    estimators_ : list
        The fitted estimators; our trees are views on common arrays.
    estimator_weights_ : ndarray of shape (n_estimators,)
        Their weights (alpha); 0 for rounds that were not played.
    estimator_errors_ : ndarray of shape (n_estimators,)
        Their weighted errors; 1 for rounds that were not played.
    feature_importances_ : ndarray of shape (n_features,)
        Mean of the importances that the estimators have, by their weights.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    GradientBoostingClassifier : With loss="exponential" it descends what AdaBoost does.

    References
    ----------
    Freund and Schapire 1997, "A decision-theoretic generalization of on-line learning and an application to boosting".

    Friedman, Hastie and Tibshirani 2000, "Additive logistic regression: a statistical view of boosting".

    Zhu, Zou, Rosset and Hastie 2009, "Multi-class AdaBoost".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skensemble import AdaBoostClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> AdaBoostClassifier(random_state=0).fit(X, y).score(X, y) > 0.9
    True
    """

    def __init__(
        self,
        estimator=None,
        *,
        n_estimators=50,
        learning_rate=1.0,
        resample=False,
        algorithm="SAMME",
        validation_fraction=None,
        n_iter_no_change=None,
        warm_start=False,
        n_jobs=None,
        random_state=None,
    ):
        keep(self, locals())

    @property
    def _kind(self):
        return self.algorithm

    def _default_estimator(self):
        return DecisionTreeRegressor(max_depth=1) if self.algorithm == "gentle" else DecisionTreeClassifier(max_depth=1)

    def _check_parameters(self):
        super()._check_parameters()
        if self.estimator is None:
            return
        if self.algorithm == "real" and not hasattr(self.estimator, "predict_proba"):
            raise ValueError('algorithm="real" needs an estimator that has predict_proba: use another, or "SAMME".')
        if self.algorithm == "gentle" and not is_regressor(self.estimator):
            raise ValueError('algorithm="gentle" fits regressors, but estimator is none: use one, or "SAMME".')

    def _encode_y(self, y):
        numbers = learn_classes(self, y)
        self.n_classes_, self._n_samples = len(self.classes_), len(numbers)
        if self.algorithm == "gentle" and self.n_classes_ != 2:
            raise ValueError(
                f'algorithm="gentle" is for 2 classes, but y has {self.n_classes_}: use "SAMME" or "real".'
            )
        return numbers

    def _y_of_learner(self, y, target):
        return 2.0 * target - 1.0 if self.algorithm == "gentle" else y

    def _step(self, answers, target, weight):
        return STEPS[self.algorithm](answers, target, weight, self.n_classes_, self.learning_rate)

    def _votes(self, answers, alpha):
        return votes(answers, alpha, self.algorithm, self.n_classes_, self.learning_rate, self._n_samples)

    def _watch(self, learner, X, y, sample_weight):
        X = self._for_members(X, isinstance(learner, OwnTrees))
        target = np.searchsorted(self.classes_, y)
        total, best, n_stale = 0.0, -np.inf, 0

        def watch(member, step):
            nonlocal total, best, n_stale
            total = total + self._votes(learner.answers_for(member, X), step.alpha)
            found = (total[:, 0] > 0.0).astype(np.int64) if total.shape[1] == 1 else total.argmax(axis=1)
            score = np.average(found == target, weights=sample_weight)
            best, n_stale = (score, 0) if score > best else (best, n_stale + 1)
            return n_stale >= self.n_iter_no_change

        return watch

    def _votes_of_members(self, X):
        """Yield what each member adds to the decision function for validated X."""
        trees = self._members.trees if isinstance(self._members, PackedTrees) else None
        for i, alpha in enumerate(self.estimator_weights_[: len(self._members)]):
            if trees is None:
                answers = answers_of(self._members[i], X, self.algorithm, self.classes_)
                yield self._votes(answers, alpha)
            else:
                tree = trees.subset(i)
                yield tree.sum_values(X, self._votes_of_nodes(tree, alpha), self._n_threads)

    def _votes_of_nodes(self, trees, alpha):
        values = trees.values[:, 0]
        if self.algorithm == "SAMME":
            values = values.argmax(axis=1)
        return self._votes(values, alpha)

    def _decide(self, total, norm):
        """Return the decision function from the sum of the votes and of the weights."""
        if self.algorithm == "gentle":
            return total[:, 0]
        return (total[:, 1] - total[:, 0]) / norm if self.n_classes_ == 2 else total / norm

    def decision_function(self, X):
        """Return the mean of the estimators' votes, by their weights; of "gentle" their sum.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes), float64
            Of two classes one number, positive for the second class.
        """
        X = self._check_X(X)
        if self.n_classes_ == 1:
            return np.zeros((X.shape[0], 1))
        n_members = len(self._members)
        weights = self.estimator_weights_[:n_members]
        if isinstance(self._members, PackedTrees):
            trees = self._members.trees
            alpha = np.repeat(weights, np.diff(trees.node_starts))
            total = trees.sum_values(X, self._votes_of_nodes(trees, alpha), self._n_threads)
        else:
            answers = self._ask(lambda member, X: answers_of(member, X, self.algorithm, self.classes_), X)
            total = sum(self._votes(answer, alpha) for answer, alpha in zip(answers, weights, strict=True))
        return self._decide(total, weights.sum())

    def staged_decision_function(self, X):
        """Return the decision function after each round.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Yields
        ------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes), float64
        """
        X = self._check_X(X)
        total, norm = 0.0, 0.0
        for added, weight in zip(self._votes_of_members(X), self.estimator_weights_, strict=False):
            total, norm = total + added, norm + weight
            yield self._decide(total, norm)

    def _classes_of(self, decision):
        return self.classes_[(decision > 0.0).astype(np.int64) if decision.ndim == 1 else decision.argmax(axis=1)]

    def predict(self, X):
        """Predict the class that the decision function is greatest for.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        return self._classes_of(self.decision_function(X))

    def staged_predict(self, X):
        """Predict the class after each round.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Yields
        ------
        y : ndarray of shape (n_samples,)
            Labels.
        """
        for decision in self.staged_decision_function(X):
            yield self._classes_of(decision)

    def _probabilities(self, decision):
        """Zhu et al. 2009, equation 15: the softmax of the decision function over n_classes - 1."""
        if self.n_classes_ == 1:
            return np.ones((len(decision), 1))
        if decision.ndim == 1:
            half = decision if self.algorithm == "gentle" else decision / 2.0
            return softmax(np.column_stack([-half, half]), copy=False)
        return softmax(decision / (self.n_classes_ - 1.0), copy=False)

    def predict_proba(self, X):
        """Predict the probabilities of the classes.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        return self._probabilities(self.decision_function(X))

    def staged_predict_proba(self, X):
        """Predict the probabilities of the classes after each round.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Yields
        ------
        probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        for decision in self.staged_decision_function(X):
            yield self._probabilities(decision)

    def predict_log_proba(self, X):
        """Predict the logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of `classes_`.
        """
        return logarithms(self.predict_proba(X))

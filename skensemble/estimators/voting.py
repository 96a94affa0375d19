"""Voting: different estimators that are fitted to the same data, and a vote, or a mean, of what they say."""

from numbers import Integral

from sklearn import ensemble
from sklearn.utils._param_validation import StrOptions

from skensemble.estimators.parameters import Parameter, with_parameters

ESTIMATORS = Parameter(
    [list], "list of (str, estimator) tuples", 'Names and estimators; "drop" in the place of one leaves it out.'
)
VOTING = {
    "estimators": ESTIMATORS,
    "weights": Parameter(
        ["array-like", None],
        "array-like of shape (n_estimators,) or None",
        "What the estimators count; None: all alike.",
    ),
    "n_jobs": Parameter(
        [None, Integral],
        "int or None",
        "How many estimators are fitted at once; -1: one for each core; None: 1, or what `joblib.parallel_config` "
        "says. Estimators that have threads of their own share the cores with the others.",
    ),
    "verbose": Parameter(["verbose"], "bool", "Whether the time of each fit is printed."),
}


@with_parameters(
    VOTING,
    voting=Parameter(
        [StrOptions({"hard", "soft"})],
        '{"hard", "soft"}',
        'What is counted: the classes that are predicted, or ("soft") the probabilities.',
    ),
    flatten_transform=Parameter(
        ["boolean"],
        "bool",
        'What `transform` returns with voting="soft": one column for each estimator and class, or an array of three '
        "axes.",
    ),
)
class VotingClassifier(ensemble.VotingClassifier):
    """Classifiers of any kind that vote.

    It is scikit-learn's class of the same name, so that all imports can be from one place.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    le_ : LabelEncoder
        From labels to the numbers that the estimators are fitted to.
    estimators_ : list
        The fitted estimators.
    named_estimators_ : Bunch
        The same by name.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    StackingClassifier : Learns how much each estimator counts.

    References
    ----------
    Dietterich 2000, "Ensemble methods in machine learning".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skensemble import RandomForestClassifier, VotingClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> estimators = [("line", LogisticRegression(max_iter=1000)), ("forest", RandomForestClassifier(random_state=0))]
    >>> VotingClassifier(estimators, voting="soft").fit(X, y).score(X, y) > 0.95
    True
    """


@with_parameters(VOTING)
class VotingRegressor(ensemble.VotingRegressor):
    """Regressors of any kind, and the mean of their predictions.

    It is scikit-learn's class of the same name, so that all imports can be from one place.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    estimators_ : list
        The fitted estimators.
    named_estimators_ : Bunch
        The same by name.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    StackingRegressor : Learns how much each estimator counts.

    References
    ----------
    Dietterich 2000, "Ensemble methods in machine learning".

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> from skensemble import RandomForestRegressor, VotingRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> estimators = [("line", Ridge()), ("forest", RandomForestRegressor(random_state=0))]
    >>> VotingRegressor(estimators).fit(X, y).score(X, y) > 0.6
    True
    """

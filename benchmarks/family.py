"""``python -m benchmarks family``: the other ensembles, scikit-learn's classes of the same names, and the bars.

Gradient boosting, AdaBoost, bagging and stacking with equal parameters; of stacking, ours learns from the
out-of-bag rows of forests that are fitted once, scikit-learn's from five folds of the same forests. The bars are on
the time to fit, at every number of rows and threads, and on the score; predict and model size are shown. Threads are
given to what takes them, of stacking to the forests; scikit-learn's boosting has none, and runs on one. Its bagging
works in processes of joblib's, which the column "others" counts as other programs.
"""

from functools import partial

from benchmarks import data
from benchmarks.bars import QUALITY_MARGIN, REFERENCE, quality_verdict, ratio_verdict
from benchmarks.cases import Case
from benchmarks.peers import OURS, STACKING, Contender, Part
from benchmarks.suite import add_arguments, run_suite
from benchmarks.table import point_of

__all__ = ["CASES", "EXTRAS", "SUMMARY", "add_arguments", "run"]

SUMMARY = "gradient boosting, AdaBoost, bagging, stacking: time to fit, scores, time to predict, model size"

STACKING_MARGIN = 0.002  # out-of-bag rows in the place of folds are to cost no quality; else see `benchmarks.bars`
_FIFTH, _THREE_TENTHS = {REFERENCE: 0.2}, {REFERENCE: 0.3}

_ROUNDS = {10_000: 100, 100_000: 20}  # rows: rounds
_WEAK_ROUNDS = {10_000: 50, 100_000: 20}
_DRAWS = {10_000: 10, 100_000: 10}

_regression = partial(data.regression, n_features=10)
_binary = partial(data.binary, n_features=20)

# at every number of rows with every number of threads
_case = partial(Case, fit_bars=_THREE_TENTHS, many_samples=float("inf"))
_gradient_regressor = partial(_case, estimator="GradientBoostingRegressor", data=_regression, sizes=_ROUNDS)
_gradient_classifier = partial(_case, estimator="GradientBoostingClassifier")
_ada_classifier = partial(_case, estimator="AdaBoostClassifier")


def _stacking(name, kind, **keywords):
    """A case of two forests, each with bootstrap, that are stacked."""
    forests = tuple(Part(f"{forest}{kind}", {"bootstrap": True}) for forest in ("RandomForest", "ExtraTrees"))
    contenders = (Contender(OURS, variant="oob"), Contender(REFERENCE, variant="5 folds"))
    parameters = {"estimators": forests}
    return _case(
        name, f"{STACKING}{kind}", sizes={10_000: 50}, parameters=parameters, contenders=contenders, **keywords
    )


CASES = (
    _gradient_regressor("gradient boosting, regression"),
    _gradient_classifier("gradient boosting, 2 classes", data=_binary, sizes=_ROUNDS, score="AUC"),
    _gradient_classifier("gradient boosting, 7 classes", data=data.terrain, sizes={10_000: 20}, score="log-loss"),
    _gradient_regressor("gradient boosting, half the rows", parameters={"subsample": 0.5}),
    _ada_classifier(
        "AdaBoost, stumps, 2 classes",
        data=_binary,
        sizes={1_000: 50, **_WEAK_ROUNDS},
        fit_bars=_FIFTH,
        score="AUC",
    ),
    _ada_classifier("AdaBoost, stumps, 7 classes", data=data.terrain, sizes={10_000: 50}, fit_bars=_FIFTH),
    _ada_classifier(
        "AdaBoost, depth 3, 2 classes",
        data=_binary,
        sizes=_WEAK_ROUNDS,
        parameters={"estimator": Part("DecisionTreeClassifier", {"max_depth": 3})},
        score="AUC",
    ),
    _case("AdaBoost, regression", "AdaBoostRegressor", _regression, _WEAK_ROUNDS),
    _case("bagging, regression", "BaggingRegressor", _regression, _DRAWS),
    _case("bagging, 7 classes", "BaggingClassifier", data.terrain, _DRAWS),
    _stacking("stacking, regression", "Regressor", data=_regression),
    _stacking("stacking, 2 classes", "Classifier", data=_binary, score="AUC"),
)
EXTRAS = {}


def verdicts_of(case, records):
    """Hold a case's records against its bars, which are for few rows too.

    Parameters
    ----------
    case : Case
    records : list of dict
        From `benchmarks.cases.measure`.

    Returns
    -------
    list of Verdict
        Fit and quality against each peer that has a bar. Where ours could not run, both are missed by an infinite
        value.
    """
    points, verdicts = {point_of(record): record for record in records if record["library"] == OURS}, []
    margin = STACKING_MARGIN if case.estimator.startswith(STACKING) else QUALITY_MARGIN
    for peer in records:
        if peer["library"] not in case.fit_bars:
            continue
        ours, where = points[point_of(peer)], (*point_of(peer), peer["contender"])
        verdicts.append(ratio_verdict("fit", where, ours, peer, "fit_seconds", case.fit_bars[peer["library"]]))
        verdicts.append(quality_verdict(where, ours, peer, margin))
    return verdicts


def run(arguments):
    """Run the chosen cases; see `benchmarks.suite.run_suite`."""
    return run_suite("family", CASES, EXTRAS, arguments, judge=verdicts_of)

"""``python -m benchmarks quality``: scores of our forests, boosters or ensembles on real sets, against scikit-learn's.

For each set and seed, rows are split at random (a quarter is held out; by class for labels) and both
libraries fit with equal parameters. Categories are taken as they are (ours only), as ordinal codes (both
libraries), and as one-hot columns (scikit-learn); scikit-learn's boosters also take up to 255 as they are. Sets
with missing values are left out where scikit-learn's class of the name refuses them.
The verdict on a score is by the mean of the paired differences over the seeds: "better" or "worse" if it is
more than a standard error away from zero, else "within". Of two equal methods, ours is thus found "worse"
in about one comparison of six.
"""

import itertools
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks import data
from benchmarks.bars import standard_error
from benchmarks.peers import OURS, Contender
from benchmarks.process import isolated
from benchmarks.scores import LOWER_IS_BETTER, NAMES, score
from benchmarks.table import aligned, environment, write_json
from benchmarks.timing import timed

SUMMARY = "scores of forests, boosters or ensembles on real sets, ten seeds, against scikit-learn's (hours)"

FOREST, BOOSTER, ENSEMBLE = "forests", "boosters", "ensembles"
FAMILIES = {
    FOREST: {
        "classification": ("RandomForestClassifier", "ExtraTreesClassifier"),
        "regression": ("RandomForestRegressor", "ExtraTreesRegressor"),
    },
    BOOSTER: {
        "classification": ("HistGradientBoostingClassifier",),
        "regression": ("HistGradientBoostingRegressor",),
    },
    ENSEMBLE: {
        "classification": ("GradientBoostingClassifier", "AdaBoostClassifier", "BaggingClassifier"),
        "regression": ("GradientBoostingRegressor", "AdaBoostRegressor", "BaggingRegressor"),
    },
}
REFUSING_MISSING = ("GradientBoosting", "AdaBoost")  # the peer's classes of these names
ROUNDING = 1e-12  # so small a difference is none
MOST_CATEGORIES = 255  # of a feature, for scikit-learn's boosters
ENCODINGS = ("ordinal", "one-hot")
_PEER = "scikit-learn"
_QUICK = {"rows": 1000, "n_estimators": 5, "seeds": 2}


class Comparison(NamedTuple):
    """Paired scores of two contenders over the seeds.

    Attributes
    ----------
    set, estimator, score, ours, peer : str
        What was compared: ``ours`` and ``peer`` are labels of contenders.
    ours_mean, peer_mean : float
        Means of the score.
    difference : float
        Mean by which ours is better, positive for better whatever the score.
    error : float
        Standard error of that mean.
    verdict : str
        ``"better"``, ``"within"`` (one standard error) or ``"worse"``.
    """

    set: str
    estimator: str
    score: str
    ours: str
    peer: str
    ours_mean: float
    peer_mean: float
    difference: float
    error: float
    verdict: str

    @property
    def outcome(self):
        """``"miss"`` if ours is worse, else ``"pass"``."""
        return "miss" if self.verdict == "worse" else "pass"


def add_arguments(parser):
    """Add the options of this command."""
    parser.add_argument("--data", metavar="DIR", help=f"folder of Parquet files (default: ${data.FOLDER_VARIABLE})")
    parser.add_argument("--sets", nargs="+", metavar="NAME", help="only these (default: all with one target a row)")
    parser.add_argument("--family", choices=list(FAMILIES), default=FOREST, help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=10, help="default: %(default)s")
    parser.add_argument("--n-estimators", type=int, default=100, help="default: %(default)s")
    parser.add_argument("--rows", type=int, default=20_000, help="drawn from a larger set (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="default: %(default)s")
    parser.add_argument(
        "--encodings",
        nargs="+",
        choices=ENCODINGS,
        default=list(ENCODINGS),
        help="of the peer (default: both)",
    )


def run(arguments):
    """Score the chosen sets; print the comparisons and write the JSON file after each set.

    Returns
    -------
    list of Comparison

    Raises
    ------
    ValueError
        If there is no folder of sets, or a set is not in it.
    """
    if arguments.quick:
        vars(arguments).update(_QUICK)
    folder = data.data_folder(arguments.data)
    present = data.real_sets(folder)
    missing = set(arguments.sets or ()) - set(present)
    if missing:
        raise ValueError(f"--sets: no {', '.join(sorted(missing))} here; there are {', '.join(present)}.")
    records, comparisons, start = [], [], time.perf_counter()
    for name in arguments.sets or present:
        print(f"{time.perf_counter() - start:5.0f} s  {name}", flush=True)
        new = isolated(score_set, folder, name, arguments)
        records += new
        comparisons += compared(new)
        write_json(
            Path(arguments.output) / "quality.json",
            {
                "environment": environment(),
                "options": vars(arguments),
                "scores": records,
                "comparisons": [comparison._asdict() for comparison in comparisons],
            },
        )
    print(f"{time.perf_counter() - start:5.0f} s  done; at most {arguments.rows:,} rows of a set\n")
    header = ("set", "estimator", "score", "ours", "peer", "ours", "peer", "better by", "+-", "verdict")
    print(aligned(header, comparisons))
    verdicts = [comparison.verdict for comparison in comparisons]
    print("\n" + ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in ("better", "within", "worse")))
    return comparisons


def score_set(folder, name, arguments):
    """Fit every contender of one set on every seed's split.

    Returns
    -------
    list of dict
        ``set``, ``estimator``, ``library``, ``encoding``, ``seed``, ``fit_seconds``, ``scores`` (name ->
        value).
    """
    from sklearn.model_selection import train_test_split

    X, y, task = data.read_set(folder, name, max_samples=arguments.rows)
    records = []
    for seed in range(arguments.seeds):
        split = train_test_split(X, y, random_state=seed, stratify=y if task == "classification" else None)
        for estimator in estimators_of(X, task, arguments.family):
            for contender in contenders_of(X, arguments.encodings, arguments.family):
                record = {"set": name, "estimator": estimator, **contender._asdict(), "seed": seed}
                records.append(record | _score(contender, estimator, seed, split, task, arguments))
    return records


def _score(contender, estimator, seed, split, task, arguments):
    X_train, X_test, y_train, y_test = split
    parameters = {"n_estimators": arguments.n_estimators}
    model = contender.build(estimator, parameters, n_threads=arguments.threads, random_state=seed, X=X_train)
    _, seconds, _ = timed(lambda: model.fit(X_train, y_train))
    return {"fit_seconds": seconds, "scores": scores(model, X_test, y_test, task)}


def estimators_of(X, task, family=FOREST):
    """Names of the family's classes for a task, without those whose peer refuses the missing values of X."""
    names = FAMILIES[family][task]
    return [name for name in names if not (name.startswith(REFUSING_MISSING) and X.isna().to_numpy().any())]


def contenders_of(X, encodings, family=FOREST):
    """Ours with categories as they are and as codes, the peer with each encoding; two if there are none."""
    categorical = X.select_dtypes("category")
    if not len(categorical.columns):
        return [Contender(OURS), Contender(_PEER)]
    ours = [Contender(OURS), *(Contender(OURS, encoding) for encoding in encodings if encoding == "ordinal")]
    takes_all = family == BOOSTER and categorical.nunique().max() <= MOST_CATEGORIES
    as_they_are = [Contender(_PEER)] if takes_all else []
    return [*ours, *as_they_are, *(Contender(_PEER, encoding) for encoding in encodings)]


def scores(model, X, y, task):
    """R2 and RMSE of a regression; accuracy, area under the curve and log-loss of labels."""
    if task == "regression":
        answer, classes = model.predict(X), None
    else:
        answer, classes = model.predict_proba(X), model.classes_
    return {name: score(name, y, answer, classes) for name in NAMES[task]}


def compared(records):
    """Compare ours with the peer, score by score, for one set.

    Codes are held against codes (is the algorithm as good?), categories as they are against every encoding.

    Parameters
    ----------
    records : list of dict
        From `score_set`.

    Returns
    -------
    list of Comparison
    """
    scores_of = {}
    for record in records:
        contender = (record["library"], record["encoding"])
        scores_of.setdefault((record["set"], record["estimator"]), {}).setdefault(contender, []).append(
            record["scores"]
        )
    comparisons = []
    for start, by_contender in scores_of.items():
        for ours, peer in itertools.product(by_contender, by_contender):
            is_asked = ours[0] == OURS != peer[0] and ours[1] in ("", peer[1])
            for name in by_contender[ours][0] if is_asked else ():
                values = [np.array([scores[name] for scores in by_contender[one]]) for one in (ours, peer)]
                labels = (Contender(*ours).label, Contender(*peer).label)
                outcome = paired(*values, lower_is_better=name in LOWER_IS_BETTER)
                comparisons.append(Comparison(*start, name, *labels, *outcome))
    return comparisons


def paired(ours, peer, *, lower_is_better=False):
    """Means, mean difference in our favour, its standard error, and the verdict.

    Examples
    --------
    >>> paired(np.array([0.8, 0.9]), np.array([0.7, 0.6]))[-1]
    'better'
    """
    differences = (peer - ours) if lower_is_better else (ours - peer)
    difference, error = float(differences.mean()), standard_error(differences)
    verdict = "within" if abs(difference) <= max(error, ROUNDING) else "better" if difference > 0 else "worse"
    return float(ours.mean()), float(peer.mean()), difference, error, verdict

"""``python -m benchmarks boosting``: histogram boosters, their peers, and the bars that they are to reach.

The headlines, 31 leaves, have all their rows; to save time the other numbers of leaves have a tenth of a million
rows and the largest number of threads only, unless ``--full`` asks for everything (hours). Categories are given to
the libraries that split them by subsets; CatBoost, which encodes them by the target, has no part in that case. The
sparse matrix goes to LightGBM and XGBoost: scikit-learn and hessboost take none.
"""

from dataclasses import replace
from functools import partial

from benchmarks import data, suite
from benchmarks.best import best_table, best_verdicts
from benchmarks.boosters import BOOSTERS, HESSIAN_OF_SAMPLE
from benchmarks.cases import Case
from benchmarks.concurrency import at_once
from benchmarks.footprint import memory_of_fit, one_row
from benchmarks.peers import OURS, Contender
from benchmarks.startup import first_fit

__all__ = ["CASES", "EXTRAS", "SUMMARY", "add_arguments", "run"]

SUMMARY = "histogram boosters: time to fit and predict, quality, memory, start (about an hour)"

HEADLINE_LEAVES, OTHER_LEAVES = 31, (7, 127, 255)
_EQUAL = {"learning_rate": 0.1, "min_samples_leaf": 20, "max_bins": 255}
_EVERYBODY = tuple(
    Contender(library, variant=variant) for library in BOOSTERS for variant in BOOSTERS[library].variants
)
_BY_SUBSETS = tuple(contender for contender in _EVERYBODY if contender.library != "CatBoost")
_OF_SPARSE = tuple(contender for contender in _EVERYBODY if contender.library in (OURS, "LightGBM", "XGBoost"))
_ROW_WISE, _LOSSGUIDE = Contender("LightGBM", variant="row-wise"), Contender("XGBoost", variant="lossguide")
_ONE_EACH = (
    Contender(OURS),
    Contender("scikit-learn"),
    _ROW_WISE,
    _LOSSGUIDE,
    Contender("hessboost", variant="lossguide"),
)
# rows from which on only the largest number of threads is run
_HEADLINE_MANY, _OTHER_MANY = 200_000, 10_000

_frame = partial(data.categories, cardinalities=(3, 12, 60, 200), n_numbers=24)
_mixed = partial(data.with_missing, maker=_frame)

_case = partial(Case, contenders=_EVERYBODY, parameters=_EQUAL, many_samples=_HEADLINE_MANY)
_classifier = partial(_case, estimator="HistGradientBoostingClassifier", parameters=_EQUAL | {HESSIAN_OF_SAMPLE: 0.2})
_regressor = partial(_case, estimator="HistGradientBoostingRegressor", score="RMSE")

# a case without leaves, and its rows at other numbers of leaves than the headline's
_KINDS = (
    (_classifier("2 classes", data=data.binary, sizes={1_000_000: 100}, score="AUC"), 100_000),
    (_classifier("7 classes", data=data.terrain, sizes={200_000: 20}, score="log-loss"), 20_000),
    (_regressor("regression", data=data.regression, sizes={100_000: 100}), 100_000),
    (
        _classifier(
            "missing and categories",
            data=_mixed,
            sizes={1_000_000: 50},
            contenders=_BY_SUBSETS,
            score="AUC",
        ),
        100_000,
    ),
    (
        _classifier(
            "sparse",
            data=partial(data.text, n_features=10_000),
            sizes={100_000: 10},
            contenders=_OF_SPARSE,
            score="AUC",
            many_samples=10_000,
        ),
        10_000,
    ),
    (
        _classifier(
            "100 classes",
            data=data.clusters,
            sizes={50_000: 3},
            parameters=_EQUAL | {HESSIAN_OF_SAMPLE: 0.02},
            score="log-loss",
            many_samples=50_000,
        ),
        5_000,
    ),
    (_regressor("small regression", data=partial(data.regression, n_features=10), sizes={500: 100}), 500),
    (
        _classifier("small 2 classes", data=partial(data.binary, n_features=20), sizes={5_000: 100}, score="AUC"),
        5_000,
    ),
)


def cases_of(*, leaves=None, full=False):
    """The cases with some numbers of leaves.

    Parameters
    ----------
    leaves : sequence of int, default=None
        None: all of `HEADLINE_LEAVES` and `OTHER_LEAVES`.
    full : bool, default=False
        Whether every number of leaves has all rows and every number of threads.

    Returns
    -------
    tuple of Case
        The headlines first.
    """
    wanted = leaves or (HEADLINE_LEAVES, *OTHER_LEAVES)
    return tuple(_with_leaves(kind, n, count, full) for n in wanted for kind, count in _KINDS)


def _with_leaves(kind, leaves, n_samples, full):
    sizes, many_samples = kind.sizes, kind.many_samples
    if full:
        many_samples = float("inf")
    elif leaves != HEADLINE_LEAVES:
        sizes, many_samples = dict.fromkeys([n_samples], *kind.sizes.values()), _OTHER_MANY
    return replace(
        kind,
        name=f"{kind.name}, {leaves} leaves",
        sizes=sizes,
        parameters={**kind.parameters, "max_leaf_nodes": leaves},
        many_samples=many_samples,
    )


CASES = cases_of()

_HEADLINES = cases_of(leaves=[HEADLINE_LEAVES])[:4]


def _shortened(case, rounds, n_samples=None, contenders=_ONE_EACH):
    """A case of the same name with fewer rounds, and rows."""
    (all_samples,) = case.sizes
    return replace(case, sizes={n_samples or all_samples: rounds}, contenders=contenders)


_CROWD = (Contender(OURS), Contender("scikit-learn"), _ROW_WISE, _LOSSGUIDE)
EXTRAS = {
    "one row": [
        partial(one_row, _shortened(case, 100, 2_000), against=_ROW_WISE.label, bar=1 / 3)
        for case in (_HEADLINES[0], _HEADLINES[2])
    ],
    "memory": [partial(memory_of_fit, _shortened(case, 5), against=_ROW_WISE.label) for case in _HEADLINES],
    "at once": [partial(at_once, _shortened(_HEADLINES[2], 30, 20_000, _CROWD))],
    "first fit": [partial(first_fit, f"HistGradientBoosting{kind}") for kind in ("Regressor", "Classifier")],
}


def add_arguments(parser):
    """Add the options of every suite and those of this one."""
    suite.add_arguments(parser)
    parser.add_argument("--leaves", nargs="+", type=int, metavar="L", help="default: 31 7 127 255; 31 if quick")
    parser.add_argument(
        "--full", action="store_true", help="all rows and numbers of threads at every number of leaves (hours)"
    )


def run(arguments):
    """Run the chosen cases; see `benchmarks.suite.run_suite`."""
    if arguments.quick and not arguments.leaves:
        arguments.leaves = [HEADLINE_LEAVES]
    cases = cases_of(leaves=arguments.leaves, full=arguments.full)
    return suite.run_suite("boosting", cases, EXTRAS, arguments, judge=best_verdicts, summary=best_table)

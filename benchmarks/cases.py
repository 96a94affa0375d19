"""A case: one estimator's class on one kind of data at several sizes, its contenders, and how it is run."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from benchmarks.peers import OURS, Contender, falls_back
from benchmarks.scores import score
from benchmarks.timing import medians, pickled_bytes, race, timed

WARM_UP_TREES = 1
QUICK_SAMPLES, QUICK_TREES = 300, 4
MANY_SAMPLES = 100_000  # from here on only the largest number of threads is run, to save time
SCORES = {"regression": "R2", "classification": "accuracy"}  # unless a case asks for another


class Effort(NamedTuple):
    """Bounds of the turns at one size and number of threads; see `benchmarks.timing.race`."""

    least_turns: int = 3
    most_turns: int = 15
    seconds: float = 2.5


@dataclass(frozen=True)
class Case:
    """What is run and what it is held against.

    Attributes
    ----------
    name : str
        In tables and for ``--only``.
    estimator : str
        scikit-learn's name of the class.
    data : callable
        A maker of `benchmarks.data`: function of (n_samples, seed).
    sizes : mapping from int to int or None
        n_samples -> n_estimators (rounds, of a booster); None for a single tree.
    parameters : mapping
        Beside n_estimators, n_jobs and random_state, in scikit-learn's words; estimators are `Part`.
    contenders : tuple of Contender
        Ours first.
    fit_bars : mapping from str to float
        Library -> at most so many times its time to fit.
    score : str
        A name of `benchmarks.scores`; "" is that of the task in `SCORES`.
    many_samples : float
        From so many rows on only the largest number of threads is run.
    """

    name: str
    estimator: str
    data: Callable
    sizes: Mapping[int, int | None]
    parameters: Mapping = field(default_factory=dict)
    contenders: tuple[Contender, ...] = (Contender(OURS), Contender("scikit-learn"))
    fit_bars: Mapping[str, float] = field(default_factory=dict)
    score: str = ""
    many_samples: float = MANY_SAMPLES

    def reduced(self, *, quick=False, sizes=None, libraries=None):
        """The case with only these sizes and these libraries beside ours; tiny if it is to be quick."""
        kept = {n: trees for n, trees in self.sizes.items() if not sizes or n in sizes}
        if quick:
            kept = {QUICK_SAMPLES: None if None in self.sizes.values() else QUICK_TREES}
        contenders = tuple(
            contender
            for contender in self.contenders
            if not libraries or contender.library == OURS or contender.library in libraries
        )
        return replace(self, sizes=kept, contenders=contenders)

    def build(self, contender, data, n_estimators, n_threads, random_state):
        """Build a contender's unfitted estimator for one size and number of threads."""
        parameters = dict(self.parameters)
        if n_estimators is not None:
            parameters["n_estimators"] = n_estimators
        return contender.build(self.estimator, parameters, n_threads=n_threads, random_state=random_state, X=data.X)


def measure(case, threads, effort):
    """Run a case in this process.

    Parameters
    ----------
    case : Case
    threads : sequence of int
        Numbers of threads; a single tree has one whatever they are, and large data have only the largest.
    effort : Effort

    Returns
    -------
    list of dict
        A record for each size, number of threads and contender: medians ``fit_seconds`` and
        ``predict_seconds`` (of as many rows as were fitted), mean ``quality`` and ``qualities`` by turn in
        the ``score`` that the case asks for, ``model_bytes``, ``others``. A contender that cannot run has a
        ``note`` that says why, and no numbers.
    """
    records = []
    for n_samples, n_estimators in case.sizes.items():
        train, test = case.data(n_samples, 0), case.data(n_samples, 1)
        for n_threads in _threads_of(case, threads, n_samples, n_estimators):
            common = {
                "case": case.name,
                "n_samples": n_samples,
                "n_features": train.X.shape[1],
                "n_estimators": n_estimators,
                "threads": n_threads,
                "score": case.score or SCORES.get(train.task, ""),
            }
            records += _measure_point(case, train, test, n_estimators, n_threads, effort, common)
    return records


def _threads_of(case, threads, n_samples, n_estimators):
    if n_estimators is None:
        return [1]
    return sorted(threads) if n_samples < case.many_samples else [max(threads)]


def _measure_point(case, train, test, n_estimators, n_threads, effort, common):
    actions, records = {}, []
    for contender in case.contenders:

        def fit_and_predict(turn, contender=contender):
            model = case.build(contender, train, n_estimators, n_threads, turn)
            with contender.limited(n_threads):
                return _turn(model, train, test, case.score)

        record = common | {"contender": contender.label, "library": contender.library}
        note = _warm_up(case, contender, train, test, n_estimators, n_threads)
        records.append(record | ({"note": note} if note else {}))
        if not note:
            actions[contender.label] = fit_and_predict
    turns = race(actions, **effort._asdict()) if actions else {}
    for record in records:
        if "note" not in record:
            own_turns = turns[record["contender"]]
            qualities = [turn["quality"] for turn in own_turns]
            record |= medians(own_turns)
            record |= {"quality": float(np.mean(qualities)), "qualities": qualities, "turns": len(own_turns)}
    return records


def _warm_up(case, contender, train, test, n_estimators, n_threads):
    """Fit and predict once, so that nothing compiles later; returns why the contender cannot run, or ""."""
    if not contender.is_installed:
        return "not installed"
    # a tree for each thread, since some start processes only for several
    few = None if n_estimators is None else min(max(WARM_UP_TREES, n_threads), n_estimators)
    try:
        model = case.build(contender, train, few, n_threads, 0)
        with contender.limited(n_threads), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of few trees, and rows that are in the bag of all
            _turn(model, train, test, case.score)
    except Exception as error:  # a peer's refusal, or a fault of ours, must not end the other cases
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return "runs scikit-learn's code here" if falls_back(model) else ""


def _turn(model, train, test, name):
    target = () if train.task == "outliers" else (train.y,)
    _, fit_seconds, others = timed(lambda: model.fit(train.X, *target))
    answer, predict_seconds, _ = timed(lambda: answer_of(model, test.X))
    return {
        "fit_seconds": fit_seconds,
        "predict_seconds": predict_seconds,
        "quality": quality(model, answer, test, name),
        "model_bytes": pickled_bytes(model),
        "others": others,
    }


def answer_of(model, X):
    """Probabilities, outlier scores or predictions, whichever is the first that the model has."""
    for method in ("predict_proba", "score_samples", "predict"):
        if hasattr(model, method):
            return getattr(model, method)(X)
    raise TypeError(f"{type(model).__name__} has no method that predicts.")


def quality(model, answer, test, name=""):
    """The score of that name, by default R2 or accuracy; of outliers the area under the curve of their scores."""
    from sklearn.metrics import roc_auc_score

    if test.task == "outliers":
        return float(roc_auc_score(test.y, -answer))
    return score(name or SCORES[test.task], test.y, answer, getattr(model, "classes_", None))

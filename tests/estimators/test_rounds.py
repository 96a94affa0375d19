"""What ends the rounds of a booster from outside, which of them predict, and which rows early stopping holds out."""

import _thread
import signal
import threading
import time

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, GroupShuffleSplit, KFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from skensemble.callbacks import LearningRateSchedule
from tests.boosting.problems import problem
from tests.estimators.problems import assert_same_nodes

X, Y = problem("squared_error", 400)
ROWS_OF_GROUP = 10
GROUPS = np.random.default_rng(0).permutation(len(Y)) // ROWS_OF_GROUP


def regressor(**parameters):
    return HistGradientBoostingRegressor(**{"max_iter": 12, "random_state": 0, **parameters})


def interrupt_before(number):
    """Return a callback."""

    def callback(this_round):
        if this_round.number == number and not this_round.is_over:
            raise KeyboardInterrupt

    return callback


def interrupt_from_a_thread(this_round):
    """What Ctrl-C does, while a round is over."""
    if this_round.number == 4 and this_round.is_over:
        thread = threading.Thread(target=_thread.interrupt_main)
        thread.start()
        thread.join()
        time.sleep(0.01)  # the main thread gets it here, at the latest


@pytest.fixture
def ctrl_c():
    """Python's own answer to SIGINT, which a process in the background may lack."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("parameters", [{}, {"early_stopping": True}, {"n_jobs": 2}], ids=str)
@pytest.mark.parametrize("callback", [interrupt_before(5), interrupt_from_a_thread], ids=["raised", "thread"])
def test_an_interrupt_keeps_the_rounds_so_far(callback, parameters, ctrl_c):
    model = regressor(on_interrupt="keep", callbacks=[callback], **parameters)
    with pytest.warns(ConvergenceWarning, match="after 5 of 12 rounds") as caught:
        model.fit(X, Y)

    shorter = regressor(max_iter=5, **parameters).fit(X, Y)
    assert caught[0].filename == __file__
    assert_same_nodes(model, shorter)
    assert_array_equal(model.validation_score_, shorter.validation_score_)
    assert model.best_iteration_ == shorter.best_iteration_
    model.set_params(warm_start=True, callbacks=None).fit(X, Y)
    assert_same_nodes(model, regressor(**parameters).fit(X, Y))


def test_an_interrupt_before_the_first_round_leaves_the_start():
    with pytest.warns(ConvergenceWarning, match="after 0 of 12 rounds"):
        model = regressor(on_interrupt="keep", callbacks=[interrupt_before(0)]).fit(X, Y)

    assert model.n_iter_ == 0
    np.testing.assert_allclose(model.predict(X), Y.mean())


def test_an_interrupted_score_takes_its_round_with_it():
    """So that there are as many scores as rounds."""
    n_calls = []

    def scorer(estimator, X, y):
        n_calls.append(1)
        if len(n_calls) == 8:  # of the validation rows after the third round
            raise KeyboardInterrupt
        return estimator.score(X, y)

    with pytest.warns(ConvergenceWarning, match="after 2 of 12 rounds"):
        model = regressor(on_interrupt="keep", early_stopping=True, scoring=scorer).fit(X, Y)

    assert model.n_iter_ == 2
    assert len(model.train_score_) == len(model.validation_score_) == 3


def test_an_interrupt_takes_back_what_dropout_did_for_the_round_that_is_lost(monkeypatch):
    """The interrupt comes when earlier trees are scaled, and before the round is there."""
    from skensemble.boosting import booster

    arrive, parameters = booster.arrive, {"dropout_rate": 0.9, "random_state": 0}
    n_rounds = []

    def interrupt(team):
        arrive(team)
        n_rounds.append(1)
        if len(n_rounds) == 5:
            raise KeyboardInterrupt

    callbacks = [lambda _: None]  # rounds are made one by one
    shorter = regressor(max_iter=4, callbacks=callbacks, **parameters).fit(X, Y)
    monkeypatch.setattr(booster, "arrive", interrupt)
    with pytest.warns(ConvergenceWarning, match="after 4 of 12 rounds"):
        model = regressor(on_interrupt="keep", callbacks=callbacks, **parameters).fit(X, Y)

    assert_same_nodes(model, shorter)


@pytest.mark.parametrize("callback", [interrupt_before(5), interrupt_from_a_thread], ids=["raised", "thread"])
def test_an_interrupt_leaves_the_estimator_as_it_was(callback, ctrl_c):
    model = regressor(callbacks=[callback])
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y)
    with pytest.raises(NotFittedError):
        check_is_fitted(model)

    model.set_params(callbacks=None, max_iter=3).fit(X, Y)
    before = model.predict(X)
    with pytest.raises(KeyboardInterrupt):
        model.set_params(callbacks=[callback], max_iter=12).fit(X[:200], Y[:200])
    assert model.n_iter_ == 3
    assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize("parameters", [{}, {"early_stopping": True}, {"dropout_rate": 0.1}], ids=str)
def test_a_limit_of_time_ends_the_rounds(parameters):
    start = time.perf_counter()
    model = regressor(max_iter=10_000_000, max_time=0.2, n_iter_no_change=10_000_000, **parameters).fit(X, Y)

    assert 0.2 <= time.perf_counter() - start < 5.0
    assert 1 <= model.n_iter_ < 10_000_000
    assert model.score(X, Y) > 0.0


def test_after_the_limit_of_time_no_round_begins():
    model = regressor(max_time=1e-9).fit(X, Y)

    assert_same_nodes(model, regressor(max_iter=1).fit(X, Y))


@pytest.mark.parametrize("n_classes", [0, 2, 3])
def test_the_rounds_up_to_the_best_score_predict(n_classes):
    cls = HistGradientBoostingClassifier if n_classes else HistGradientBoostingRegressor
    X, y = problem("log_loss" if n_classes else "squared_error", 300, n_classes=n_classes)
    model = cls(early_stopping=True, learning_rate=0.7, n_iter_no_change=4, random_state=0).fit(X, y)

    assert model.best_iteration_ == np.argmax(model.validation_score_) < model.n_iter_
    stages = list(model.staged_predict(X))
    assert len(stages) == model.n_iter_ == len(model.validation_score_) - 1
    assert_array_equal(model.predict(X), stages[model.best_iteration_ - 1])
    assert model.apply(X).shape[1] == model.n_iter_ * model.n_trees_per_iteration_


@pytest.mark.parametrize("cls", [HistGradientBoostingRegressor, HistGradientBoostingClassifier])
def test_the_start_predicts_where_no_round_is_better(cls):
    random = np.random.default_rng(1)
    X, y = random.normal(size=(200, 3)), random.integers(0, 2, 200)
    parameters = {"early_stopping": True, "n_iter_no_change": 3, "learning_rate": 1.0, "min_samples_leaf": 1}
    model = cls(random_state=0, **parameters).fit(X, y)

    assert model.best_iteration_ == 0
    assert len(np.unique(model.predict(X))) == 1
    assert len(list(model.staged_predict(X))) == model.n_iter_ == 3


@pytest.mark.parametrize(
    "parameters",
    [{"early_stopping": False}, {"early_stopping": True, "validation_fraction": None}, {"dropout_rate": 0.1}],
    ids=str,
)
def test_all_rounds_predict_where_none_is_known_to_be_best(parameters):
    model = regressor(**parameters).fit(X, Y)

    assert model.best_iteration_ == model.n_iter_ == 12
    assert_array_equal(model.predict(X), list(model.staged_predict(X))[-1])


def test_a_split_by_time_holds_out_the_last_rows():
    parameters = {"early_stopping": True, "n_iter_no_change": 3}
    model = regressor(validation_split=TimeSeriesSplit(4), **parameters).fit(X, Y)

    apart = regressor(**parameters).fit(X[:320], Y[:320], X_val=X[320:], y_val=Y[320:])
    assert_array_equal(model.validation_score_, apart.validation_score_)
    assert_array_equal(model.predict(X), apart.predict(X))


@pytest.mark.parametrize("as_mask", [False, True])
def test_a_list_of_splits_holds_out_the_last_one(as_mask):
    rows = np.arange(len(Y))
    splits = [(rows % 2 == 0, rows % 2 == 1), (rows % 3 > 0, rows % 3 == 0)]
    splits = splits if as_mask else [tuple(map(np.flatnonzero, split)) for split in splits]
    model = regressor(validation_split=splits, early_stopping=True).fit(pd.DataFrame(X), Y)

    apart = regressor(early_stopping=True).fit(X[rows % 3 > 0], Y[rows % 3 > 0], X_val=X[::3], y_val=Y[::3])
    assert_array_equal(model.predict(X), apart.predict(X))


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_a_split_by_groups_keeps_them_together(share):
    splitter = GroupShuffleSplit(1, test_size=0.3, random_state=1)
    parameters = {"early_stopping": True, "subsample": share, "max_iter": 5}
    model = regressor(validation_split=splitter, subsample_groups=GROUPS, **parameters).fit(X, Y)

    train, held_out = next(splitter.split(X, Y, GROUPS))
    if share == 1.0:
        apart = regressor(**parameters).fit(X[train], Y[train], X_val=X[held_out], y_val=Y[held_out])
        assert_same_nodes(model, apart)
    n_rows = model._trees.nodes["n_node_samples"][model._trees.node_starts[:-1]]
    assert np.all(n_rows % ROWS_OF_GROUP == 0)
    assert np.all((n_rows == len(train)) == (share == 1.0))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"validation_split": KFold(3)}, "set early_stopping=True"),
        ({"validation_split": GroupShuffleSplit(1), "early_stopping": True}, "fails: The 'groups' parameter"),
        ({"subsample_groups": GROUPS}, "set subsample below 1"),
    ],
    ids=["no_stopping", "no_groups", "unused_groups"],
)
def test_contradictions_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        regressor(**parameters).fit(X, Y)


def test_all_of_it_works_in_a_grid_search_in_a_pipeline():
    seen = []
    model = regressor(
        early_stopping=True,
        validation_split=TimeSeriesSplit(3),
        subsample=0.7,
        max_time=60.0,
        on_interrupt="keep",
        callbacks=[LearningRateSchedule(lambda number: 0.3 * 0.9**number), lambda this_round: seen.append(this_round)],
    )
    pipeline = make_pipeline(StandardScaler(), model)
    grid = {
        "histgradientboostingregressor__callbacks": [None, [LearningRateSchedule(lambda _: 1e-6)]],
        "histgradientboostingregressor__row_sampling": ["uniform", "mvs"],
    }
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, Y)

    assert search.best_params_["histgradientboostingregressor__callbacks"] is None
    assert search.best_score_ > 0.3
    assert clone(pipeline).fit(X, Y).score(X, Y) > 0.3

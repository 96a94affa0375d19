"""Callbacks of the boosters see each round, set its learning rate, end the fit, and write it to a file."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from skensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from skensemble.callbacks import Checkpoint, LearningRateSchedule
from tests.boosting.problems import problem
from tests.estimators.problems import assert_same_nodes

X, Y = problem("squared_error", 400)
DRAWN = {"subsample": 0.6, "max_features": 0.5, "max_leaf_nodes": 8}


def regressor(**parameters):
    return HistGradientBoostingRegressor(**{"max_iter": 6, "random_state": 0, **parameters})


class Diary:
    """Notes what each round shows."""

    def __init__(self):
        self.lines = []

    def __call__(self, this_round):
        scores = this_round.train_score, this_round.validation_score
        self.lines.append((this_round.number, this_round.is_over, this_round.learning_rate, *scores))


class Silent:
    """A callback of scikit-learn that does nothing, and does not pickle."""

    def __init__(self):
        self.function = lambda: None

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        pass


def test_each_round_is_seen_before_and_after():
    diary = Diary()
    model = regressor(callbacks=[diary], early_stopping=True, learning_rate=0.3).fit(X, Y)

    numbers, is_over, rates, train_scores, validation_scores = zip(*diary.lines, strict=True)
    assert numbers == tuple(np.repeat(range(6), 2))
    assert is_over == (False, True) * 6
    assert set(rates) == {0.3}
    assert_array_equal(train_scores[1::2], model.train_score_[1:])
    assert_array_equal(validation_scores[1::2], model.validation_score_[1:])
    assert_array_equal(train_scores[::2], model.train_score_[:-1])  # before a round the last one's are known
    assert_array_equal(validation_scores[::2], model.validation_score_[:-1])


def test_without_early_stopping_there_are_no_scores():
    """Those of an earlier fit are not taken for them."""
    diary = Diary()
    model = regressor(early_stopping=True, warm_start=True).fit(X, Y)
    model.set_params(early_stopping=False, max_iter=8, callbacks=[diary]).fit(X, Y)

    assert [line[:2] for line in diary.lines] == [(6, False), (6, True), (7, False), (7, True)]
    assert {line[3:] for line in diary.lines} == {(None, None)}


@pytest.mark.parametrize("answer", [True, np.True_])
def test_true_ends_the_fit_once_all_callbacks_have_seen_the_round(answer):
    diary = Diary()
    model = regressor(callbacks=[lambda this_round: answer if this_round.number == 2 else None, diary]).fit(X, Y)

    assert model.n_iter_ == 3
    assert diary.lines[-1][:2] == (2, True)
    assert_array_equal(model.predict(X), regressor(max_iter=3).fit(X, Y).predict(X))


@pytest.mark.parametrize("answer", [None, 1, "yes", False, np.False_])
def test_other_answers_do_not_end_the_fit(answer):
    assert regressor(callbacks=[lambda _: answer]).fit(X, Y).n_iter_ == 6


def test_the_model_of_a_round_predicts_as_the_stage():
    models = []
    parameters = {"early_stopping": True, "n_iter_no_change": 2, "learning_rate": 0.8, "max_iter": 20}

    def keep(this_round):
        if this_round.is_over:
            models.append(this_round.model())

    model = regressor(callbacks=[keep], **parameters).fit(X, Y)

    assert [each.n_iter_ for each in models] == list(range(1, model.n_iter_ + 1))
    for stage, each in zip(model.staged_predict(X), models, strict=True):
        assert_array_equal(list(each.staged_predict(X))[-1], stage)
    assert_array_equal(models[-1].predict(X), model.predict(X))
    assert models[-1].best_iteration_ == model.best_iteration_


@pytest.mark.parametrize("parameters", [{}, {"dropout_rate": 0.5}, {"loss": "absolute_error"}, {"growth": "symmetric"}])
def test_a_constant_schedule_is_the_learning_rate(parameters):
    scheduled = regressor(callbacks=[LearningRateSchedule(lambda _: 0.25)], **parameters).fit(X, Y)

    assert_same_nodes(scheduled, regressor(learning_rate=0.25, **parameters).fit(X, Y))


def test_a_schedule_changes_the_leaves_from_its_round_on():
    """The first round is as it is without, the second one has the same cuts at another scale."""
    constant = regressor(learning_rate=0.5, max_iter=2).fit(X, Y)
    changed = regressor(callbacks=[LearningRateSchedule(lambda number: 0.5 / (1 + number))], max_iter=2).fit(X, Y)

    frame, other = changed.to_frame(), constant.to_frame()
    assert_array_equal(frame["feature"], other["feature"])
    stages, others = list(changed.staged_predict(X)), list(constant.staged_predict(X))
    assert_array_equal(stages[0], others[0])
    assert_allclose(stages[1] - stages[0], (others[1] - others[0]) / 2, atol=1e-12)


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize(
    "parameters",
    [
        DRAWN,
        {"row_sampling": "goss", "max_features_by_tree": 0.5},
        {"row_sampling": "mvs", "subsample": 0.5},
        {"first_use_penalties": [0.0, 3.0, 3.0, 3.0], "max_leaf_nodes": 4},
    ],
    ids=["uniform", "goss", "mvs", "first_use"],
)
def test_a_checkpoint_goes_on_to_the_bits_of_one_fit(tmp_path, parameters, early_stopping):
    path = tmp_path / "model.pickle"
    model = regressor(max_iter=9, early_stopping=early_stopping, **parameters)
    whole = clone(model).fit(X, Y)

    clone(model).set_params(callbacks=[Checkpoint(path, every=4), lambda this_round: this_round.number == 5]).fit(X, Y)
    part = pickle.loads(path.read_bytes())
    assert part.n_iter_ == 4
    part.set_params(warm_start=True).fit(X, Y)

    assert_same_nodes(part, whole)
    assert_array_equal(part.train_score_, whole.train_score_)
    assert_array_equal(part.validation_score_, whole.validation_score_)
    assert part.best_iteration_ == whole.best_iteration_


def test_a_checkpoint_without_a_random_state_keeps_the_draws_of_its_fit(tmp_path):
    path = tmp_path / "model.pickle"
    whole = regressor(random_state=None, max_iter=5, callbacks=[Checkpoint(path, every=2)], **DRAWN).fit(X, Y)

    part = pickle.loads(path.read_bytes())
    assert_same_nodes(part.set_params(warm_start=True).fit(X, Y), whole)


def test_a_checkpoint_with_offsets_goes_on_to_the_bits_of_one_fit(tmp_path):
    path, offset = tmp_path / "model.pickle", np.random.default_rng(0).normal(size=len(Y))
    whole = regressor(callbacks=[Checkpoint(path, every=4)]).fit(X, Y, init_score=offset)

    part = pickle.loads(path.read_bytes())
    assert_same_nodes(part.set_params(warm_start=True).fit(X, Y, init_score=offset), whole)


def test_a_checkpoint_pickles_beside_callbacks_of_scikit_learn_that_do_not(tmp_path):
    path = tmp_path / "model.pickle"
    model = regressor(callbacks=[Checkpoint(path, every=4)]).set_callbacks(Silent()).fit(X, Y)

    part = pickle.loads(path.read_bytes())
    assert_same_nodes(part.set_params(warm_start=True).fit(X, Y), model)


def test_a_checkpoint_of_classes_predicts():
    X, y = problem("log_loss", 300, n_classes=3)
    models = []
    callbacks = [lambda this_round: models.append(pickle.loads(pickle.dumps(this_round.model())))]
    model = HistGradientBoostingClassifier(max_iter=3, callbacks=callbacks).fit(X, y)

    assert_array_equal(models[-1].predict_proba(X), model.predict_proba(X))
    assert_allclose(models[0].predict_proba(X)[:, 0], np.mean(y == 0))  # before the first round


def test_a_checkpoint_is_replaced_as_a_whole(tmp_path, monkeypatch):
    """While it is written the old file is there, and a failure leaves it, and nothing else."""
    path = tmp_path / "model.pickle"
    regressor(callbacks=[Checkpoint(path, every=2), lambda _: None], max_iter=3).fit(X, Y)
    assert pickle.loads(path.read_bytes()).n_iter_ == 2

    def fail(model, file):
        assert pickle.loads(path.read_bytes()).n_iter_ == 2
        file.write(b"half a model")
        raise OSError("the disk is full")

    model = regressor(callbacks=[Checkpoint(path, every=1)])
    monkeypatch.setattr("skensemble.callbacks.pickle.dump", fail)
    with pytest.raises(OSError, match="full"):
        model.fit(X, Y)

    assert pickle.loads(path.read_bytes()).n_iter_ == 2
    assert list(tmp_path.iterdir()) == [path]


def test_a_checkpoint_is_written_every_so_many_rounds(tmp_path):
    path, seen = tmp_path / "model.pickle", []

    def note(this_round):
        seen.append(path.exists() and pickle.loads(path.read_bytes()).n_iter_)

    regressor(callbacks=[Checkpoint(path, every=2), note], max_iter=5).fit(X, Y)

    assert seen[1::2] == [False, 2, 2, 4, 4]
    with pytest.raises(ValueError, match="every=0"):
        Checkpoint(path, every=0)

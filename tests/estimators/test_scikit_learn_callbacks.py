"""scikit-learn's own callbacks see the rounds of a booster."""

import pickle

import numpy as np
from sklearn.callback import ScoringMonitor
from sklearn.datasets import make_classification

from skensemble import HistGradientBoostingClassifier

X, Y = make_classification(200, random_state=0)


class Ender:
    """Ends a fit after three rounds, and counts what it is called for."""

    n_ended = 0

    def setup(self, estimator, context):
        self.is_down = False

    def teardown(self, estimator, context):
        self.is_down = True

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.n_ended += 1
        return fitted_estimator.n_iter_ == 3


def test_a_callback_ends_the_fit_by_what_it_sees():
    ender = Ender()

    model = HistGradientBoostingClassifier(max_iter=50).set_callbacks(ender).fit(X, Y)

    assert model.n_iter_ == 3
    assert ender.n_ended == 4  # three rounds, and the fit
    assert ender.is_down
    expected = HistGradientBoostingClassifier(max_iter=3).fit(X, Y)
    assert np.array_equal(model.predict_proba(X), expected.predict_proba(X))
    assert np.array_equal(pickle.loads(pickle.dumps(model)).predict(X), model.predict(X))


def test_scores_of_the_rounds_are_those_of_the_staged_predictions():
    monitor = ScoringMonitor(scoring="accuracy")

    model = HistGradientBoostingClassifier(max_iter=4).set_callbacks(monitor).fit(X, Y)

    log = monitor.get_logs().data_as_pandas
    scores = log.loc[log["task_name"] == "round", "accuracy"].to_numpy()
    assert scores.tolist() == [np.mean(labels == Y) for labels in model.staged_predict(X)]

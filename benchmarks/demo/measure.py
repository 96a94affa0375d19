"""What a contender takes and how good it is: seconds to warm up and fit, rows a second, quality, size."""

from typing import NamedTuple

import numpy as np
from sklearn.inspection import permutation_importance
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline

from benchmarks.demo.contenders import Contender
from benchmarks.demo.flights import thinned
from benchmarks.timing import pickled_bytes, timed

PREDICT_TURNS = 3
WARM_UP_ROWS = 2_000
IMPORTANCE_ROWS = 8_000
IMPORTANCE_REPEATS = 2


class Measurement(NamedTuple):
    """The figures of one contender on one split, its predictions, and the fitted pipeline."""

    contender: Contender
    fit_seconds: float
    rows_per_second: float
    auc: float
    log_loss: float
    model_bytes: int
    late_probability: np.ndarray  # (n_test,), of arriving late
    pipeline: Pipeline


def warm_up(contender, settings, split):
    """Seconds of a fit and predict on few rows, so that code is compiled or loaded before the race."""
    pipeline = contender.make(settings)
    X, y = thinned(split.X_train, WARM_UP_ROWS), thinned(split.y_train, WARM_UP_ROWS)
    return timed(lambda: pipeline.fit(X, y).predict_proba(X))[1]


def measure(contender, settings, split):
    """Fit a contender once on the training flights, and predict the test flights `PREDICT_TURNS` times.

    Parameters
    ----------
    contender : Contender
    settings : Settings
    split : Split

    Returns
    -------
    Measurement
        Times are those of the whole pipeline, encoding included; the size is that of the model alone.
    """
    pipeline = contender.make(settings)
    _, fit_seconds, _ = timed(lambda: pipeline.fit(split.X_train, split.y_train))
    predict_seconds = []
    for _ in range(PREDICT_TURNS):
        probability, seconds, _ = timed(lambda: pipeline.predict_proba(split.X_test))
        predict_seconds.append(seconds)
    late_probability = probability[:, 1]
    return Measurement(
        contender,
        fit_seconds,
        len(split.X_test) / float(np.median(predict_seconds)),
        float(roc_auc_score(split.y_test, late_probability)),
        float(log_loss(split.y_test, late_probability)),
        model_bytes(pipeline[-1]),
        late_probability,
        pipeline,
    )


def model_bytes(model):
    """Size of a fitted model: of its pickle, or for XGBoost of its own compact binary format."""
    if hasattr(model, "get_booster"):
        return len(model.get_booster().save_raw("ubj"))
    return pickled_bytes(model)


def importances(pipeline, split, random_state=0):
    """Loss of AUC on test flights when one column is shuffled among them.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted.
    split : Split
        At most `IMPORTANCE_ROWS` of its test flights are used.
    random_state : int, default=0

    Returns
    -------
    Bunch
        ``importances`` (n_features, `IMPORTANCE_REPEATS`), in the order of the columns, their mean and their
        standard deviation.
    """
    X, y = thinned(split.X_test, IMPORTANCE_ROWS), thinned(split.y_test, IMPORTANCE_ROWS)
    return permutation_importance(
        pipeline, X, y, scoring="roc_auc", n_repeats=IMPORTANCE_REPEATS, random_state=random_state
    )

"""A warm start numbers the categories as the fit that it goes on with."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    DecisionTreeClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)

ENSEMBLES = {
    AdaBoostClassifier: {"estimator": DecisionTreeClassifier(max_depth=2)},
    BaggingClassifier: {},
    ExtraTreesClassifier: {},
    GradientBoostingClassifier: {},
    RandomForestClassifier: {},
    HistGradientBoostingClassifier: {"early_stopping": False, "min_samples_leaf": 1},
}


def letters(alphabet, seed, n_samples=200):
    random = np.random.default_rng(seed)
    letter = random.choice(list(alphabet), n_samples)
    X = pd.DataFrame({"letter": pd.Series(letter, dtype=object), "x": random.random(n_samples)})
    return X, np.isin(letter, list("bfkt")) ^ (random.random(n_samples) > 0.9)


def n_trees(model, n):
    return {"max_iter" if isinstance(model, HistGradientBoostingClassifier) else "n_estimators": n}


def answers(model, X):
    """What each tree says, or the trees up to each."""
    if hasattr(model, "staged_predict"):
        return np.array(list(model.staged_predict(X)))
    return model.apply(X).T if hasattr(model, "apply") else np.array([tree.predict(X) for tree in model.estimators_])


def started(ensemble):
    model = ensemble(warm_start=True, random_state=0, **ENSEMBLES[ensemble])
    return model.set_params(**n_trees(model, 4))


@pytest.mark.parametrize("ensemble", ENSEMBLES)
def test_trees_keep_their_answers_where_later_data_have_other_categories(ensemble):
    X, y = letters("bdfhkmtw", 0)
    later, later_y = letters("abdfhkmtuw", 1)
    model = started(ensemble).fit(X, y)
    before = answers(model, X)

    model.set_params(**n_trees(model, 6)).fit(later, later_y)

    assert len(answers(model, X)) == 6
    assert_array_equal(answers(model, X)[:4], before)


def test_what_is_categorical_stays_so_in_a_warm_start():
    X, y = letters("bdfh", 0)
    model = started(RandomForestClassifier).fit(X, y)

    with pytest.raises(ValueError, match=r"categorical_features=.* was 'from_dtype' in the fit"):
        model.set_params(categorical_features=["letter"], n_estimators=6).fit(X, y)

"""Contenders are built with equal parameters, and a case measures each of them."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import data, forests, peers
from benchmarks.cases import QUICK_SAMPLES, Case, Effort, measure
from benchmarks.peers import OURS, Contender

SKLEARN = Contender("scikit-learn")


def test_parameters_reach_the_estimator():
    model = SKLEARN.build("RandomForestRegressor", {"n_estimators": 7}, n_threads=2, random_state=3)

    assert (model.n_estimators, model.n_jobs, model.random_state) == (7, 2, 3)


def test_a_single_tree_takes_no_threads():
    assert "n_jobs" not in SKLEARN.build("DecisionTreeRegressor", {}, n_threads=2).get_params()


@pytest.mark.parametrize(
    ("library", "estimator", "parameters", "message"),
    [
        ("scikit-learn", "NoSuchForest", {}, "scikit-learn has no NoSuchForest"),
        ("LightGBM", "ExtraTreesRegressor", {"max_leaf_nodes": 5}, "only random forests with max_leaf_nodes"),
        ("XGBoost", "RandomForestRegressor", {}, "only random forests with max_leaf_nodes"),
        (
            "XGBoost",
            "RandomForestRegressor",
            {"max_leaf_nodes": 5, "ccp_alpha": 1},
            "no counterpart of ccp_alpha",
        ),
        ("LightGBM", "RandomForestRegressor", {"max_leaf_nodes": 5, "max_features": "sqrt"}, "give a float"),
    ],
)
def test_what_a_peer_cannot_do_alike_is_refused(library, estimator, parameters, message):
    with pytest.raises(ValueError, match=message):
        Contender(library).build(estimator, parameters)


@pytest.mark.parametrize("encoding", ["ordinal", "one-hot"])
def test_an_encoding_takes_missing_and_unseen_categories(encoding):
    X = pd.DataFrame({"letter": pd.Categorical(["a", None, "b", "a"]), "number": [1.0, 2.0, 3.0, np.nan]})
    new = pd.DataFrame({"letter": pd.Categorical(["c", None]), "number": [1.0, 2.0]})
    model = Contender("scikit-learn", encoding).build("RandomForestRegressor", {"n_estimators": 2}, X=X)

    assert model.fit(X, [0.0, 1.0, 2.0, 3.0]).predict(new).shape == (2,)


def test_ordinal_codes_keep_the_order_of_ordered_categories():
    sizes = pd.Categorical(["small", "large", "medium"], ["small", "medium", "large"], ordered=True)
    X = pd.DataFrame({"size": sizes})
    model = Contender("scikit-learn", "ordinal").build("RandomForestRegressor", {}, X=X)

    assert model[0].fit_transform(X).ravel().tolist() == [0, 2, 1]


def test_an_unknown_encoding_is_refused():
    X = pd.DataFrame({"letter": pd.Categorical(["a"])})
    with pytest.raises(ValueError, match="'ordinal' or 'one-hot', not 'hash'"):
        Contender("scikit-learn", "hash").build("RandomForestRegressor", {}, X=X)


def test_a_case_measures_every_size_thread_and_contender(monkeypatch):
    monkeypatch.setitem(peers.MODULES, "LightGBM", "no_such_module")
    contenders = (SKLEARN, Contender("LightGBM"))
    case = Case("forest", "RandomForestClassifier", data.binary, {60: 2, 80: 2}, contenders=contenders)
    records = measure(case, [1], Effort(2, 2, 0.0))

    assert [(each["n_samples"], each["threads"], each["contender"]) for each in records] == [
        (60, 1, "scikit-learn"),
        (60, 1, "LightGBM"),
        (80, 1, "scikit-learn"),
        (80, 1, "LightGBM"),
    ]
    assert records[1]["note"] == "not installed"
    assert records[0]["turns"] == len(records[0]["qualities"]) == 2
    assert min(records[0][name] for name in ("fit_seconds", "predict_seconds", "model_bytes", "quality")) > 0


@pytest.mark.parametrize(
    ("estimator", "maker"),
    [("DecisionTreeRegressor", data.regression), ("IsolationForest", data.outliers)],
)
def test_a_good_model_has_a_quality_above_chance(estimator, maker):
    n_estimators = 30 if estimator == "IsolationForest" else None
    case = Case("case", estimator, maker, {400: n_estimators}, contenders=(SKLEARN,))
    (result,) = measure(case, [1, 2], Effort(1, 1, 0.0))[-1:]

    assert result["quality"] > (0.6 if estimator == "IsolationForest" else 0.2)


def test_a_contender_that_refuses_is_noted():
    case = Case("case", "RandomForestRegressor", data.regression, {50: 2}, {"criterion": "no"}, (SKLEARN,))

    assert measure(case, [1], Effort(1, 1, 0.0))[0]["note"].startswith("InvalidParameterError: The 'criterion'")


def test_a_case_is_reduced_to_what_was_asked_for():
    contenders = (Contender(OURS), SKLEARN, Contender("LightGBM"))
    case = Case("case", "RandomForestRegressor", data.regression, {1_000: 9, 10_000: 5}, contenders=contenders)

    assert case.reduced(sizes=[10_000]).sizes == {10_000: 5}
    assert case.reduced(libraries=["LightGBM"]).contenders == (Contender(OURS), Contender("LightGBM"))
    assert list(case.reduced(quick=True).sizes) == [QUICK_SAMPLES]


def test_names_of_cases_are_unique():
    names = [case.name for case in forests.CASES] + list(forests.EXTRAS)

    assert len(set(names)) == len(names)

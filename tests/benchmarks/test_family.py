"""The benchmark of the other ensembles: parts of an estimator, bars at every size, and the command."""

import json
import time

import joblib
import numpy as np
import pandas as pd
import pytest

from benchmarks import data, family, process, quality
from benchmarks.__main__ import main
from benchmarks.cases import Case, Effort, measure
from benchmarks.peers import OURS, Contender, Part

SKLEARN = Contender("scikit-learn")
FORESTS = (Part("RandomForestRegressor", {"bootstrap": True}), Part("ExtraTreesRegressor", {"bootstrap": True}))
STACK = {"estimators": FORESTS, "n_estimators": 7}


# parts


@pytest.mark.parametrize(("library", "module"), [(OURS, "skensemble"), ("scikit-learn", "sklearn")])
def test_a_part_is_of_the_same_library(library, module):
    part = Part("DecisionTreeClassifier", {"max_depth": 3})
    model = Contender(library).build("AdaBoostClassifier", {"estimator": part, "n_estimators": 7}, n_threads=2)

    assert type(model.estimator).__module__.startswith(module)
    assert (model.n_estimators, model.estimator.max_depth) == (7, 3)


@pytest.mark.parametrize(("library", "variant", "cv"), [(OURS, "oob", "oob"), ("scikit-learn", "5 folds", 5)])
def test_the_trees_threads_and_seed_of_stacking_are_its_parts(library, variant, cv):
    model = Contender(library, variant=variant).build("StackingRegressor", STACK, n_threads=2, random_state=3)

    assert (model.cv, model.n_jobs) == (cv, None)
    assert [name for name, _ in model.estimators] == ["RandomForestRegressor", "ExtraTreesRegressor"]
    for _, part in model.estimators:
        assert (part.n_estimators, part.n_jobs, part.random_state, part.bootstrap) == (7, 2, 3, True)


def test_stacking_of_an_unknown_variant_is_refused():
    with pytest.raises(ValueError, match="stacking has no 'luck'; there are 5 folds, oob"):
        Contender(OURS, variant="luck").build("StackingRegressor", STACK)


@pytest.mark.parametrize("case", family.CASES, ids=lambda case: case.name)
def test_every_contender_of_a_case_can_be_built(case):
    made = case.data(20, 0)

    assert [case.build(each, made, 2, 1, 0) is not None for each in case.contenders] == [True, True]


# bars


def record(contender, n_samples=1_000, threads=1, **numbers):
    place = {"case": "case", "n_samples": n_samples, "threads": threads}
    numbers = {"fit_seconds": 1.0, "qualities": [0.5, 0.5]} | numbers
    return {**place, "contender": contender.label, "library": contender.library, **numbers}


def outcomes(*records, estimator="AdaBoostClassifier"):
    case = Case("case", estimator, data.binary, {}, fit_bars={"scikit-learn": 0.2})
    return [(each.what, each.n_samples, each.threads, each.outcome) for each in family.verdicts_of(case, records)]


@pytest.mark.parametrize(("seconds", "outcome"), [(0.2, "pass"), (0.3, "miss")])
def test_the_bar_is_for_few_rows_too(seconds, outcome):
    ours = record(Contender(OURS), fit_seconds=seconds)

    assert outcomes(ours, record(SKLEARN)) == [("fit", 1_000, 1, outcome), ("quality behind", 1_000, 1, "pass")]


def test_ours_is_held_against_the_peer_of_the_same_point():
    records = [
        record(contender, threads=threads, fit_seconds=seconds)
        for contender, times in ((Contender(OURS), (0.1, 0.9)), (SKLEARN, (1.0, 1.0)))
        for threads, seconds in enumerate(times, 1)
    ]

    assert [(each[2], each[3]) for each in outcomes(*records) if each[0] == "fit"] == [(1, "pass"), (2, "miss")]


@pytest.mark.parametrize(("estimator", "outcome"), [("StackingRegressor", "miss"), ("BaggingRegressor", "pass")])
def test_out_of_bag_rows_are_to_cost_no_quality(estimator, outcome):
    ours = record(Contender(OURS, variant="oob"), fit_seconds=0.1, qualities=[0.495, 0.495])

    assert outcomes(ours, record(SKLEARN), estimator=estimator)[1][-1] == outcome


def test_ours_that_fails_misses_and_a_peer_that_fails_measures_nothing():
    failed = {"note": "ValueError: no"}

    assert {each[-1] for each in outcomes(record(Contender(OURS)) | failed, record(SKLEARN))} == {"miss"}
    assert {each[-1] for each in outcomes(record(Contender(OURS)), record(SKLEARN) | failed)} == {"-"}


# measuring


def test_a_stack_is_measured_although_its_warm_up_has_a_single_tree():
    contenders = (Contender(OURS, variant="oob"), Contender("scikit-learn", variant="5 folds"))
    case = Case("case", "StackingRegressor", data.regression, {60: 30}, {"estimators": FORESTS}, contenders)
    results = measure(case, [1], Effort(1, 1, 0.0))

    assert [each["contender"] for each in results] == ["skensemble (oob)", "scikit-learn (5 folds)"]
    assert all(np.isfinite(each["quality"]) and "note" not in each for each in results)


def of_joblibs_processes():
    return joblib.Parallel(2)(joblib.delayed(abs)(number) for number in (-1, -2))


def test_a_process_does_not_wait_for_those_that_joblib_keeps():
    start = time.perf_counter()

    assert process.isolated(of_joblibs_processes) == [1, 2]
    assert time.perf_counter() - start < 100  # they are kept for 300 seconds


# the command


def test_names_of_cases_are_unique():
    names = [case.name for case in family.CASES]

    assert len(set(names)) == len(names)


def test_every_number_of_threads_is_run_at_every_size():
    assert {case.many_samples for case in family.CASES} == {float("inf")}


def test_the_cases_can_be_listed(capsys):
    assert main(["family", "--list", "--only", "bagging*"]) == 0
    assert capsys.readouterr().out.splitlines() == ["bagging, regression", "bagging, 7 classes"]


def test_the_command_writes_its_figures(tmp_path, capsys):
    flags = ["--quick", "--threads", "1", "--only", "AdaBoost, stumps, 2 classes", "--output", str(tmp_path)]

    assert main(["family", *flags]) == 0
    written = json.loads((tmp_path / "family.json").read_text())
    assert [each["score"] for each in written["measurements"]] == ["AUC", "AUC"]
    assert [each["what"] for each in written["bars"]] == ["fit", "quality behind"]
    assert "of 2 bars met" in capsys.readouterr().out


# real sets


def test_missing_values_are_only_for_what_takes_them():
    whole, holed = pd.DataFrame({"a": [1.0, 2.0]}), pd.DataFrame({"a": [1.0, np.nan]})

    assert len(quality.estimators_of(whole, "regression", quality.ENSEMBLE)) == 3
    assert quality.estimators_of(holed, "regression", quality.ENSEMBLE) == ["BaggingRegressor"]
    assert len(quality.estimators_of(holed, "regression")) == 2

"""The boosters' benchmark: equal parameters in every library's words, scores, and the best of the peers."""

import importlib.util

import numpy as np
import pytest

from benchmarks import best, boosters, boosting, data, peers, scores
from benchmarks.__main__ import main
from benchmarks.boosters import BOOSTERS, HESSIAN_OF_SAMPLE, translated
from benchmarks.cases import Case, Effort, measure
from benchmarks.footprint import MEMORY
from benchmarks.peers import OURS, Contender

CLASSIFIER, REGRESSOR = f"{boosters.PREFIX}Classifier", f"{boosters.PREFIX}Regressor"
PARAMETERS = {"n_estimators": 3, "learning_rate": 0.3, "max_leaf_nodes": 7, "min_samples_leaf": 10, "max_bins": 64}
CASE = Case("case", CLASSIFIER, data.binary, {})


# words


@pytest.mark.parametrize("library", BOOSTERS)
@pytest.mark.parametrize("estimator", [CLASSIFIER, REGRESSOR])
def test_every_library_gets_every_parameter(library, estimator):
    path, arguments = translated(library, estimator, PARAMETERS, n_threads=2)

    words = BOOSTERS[library].words
    assert path.endswith(estimator.removeprefix(boosters.PREFIX))
    assert {arguments[words[name]] for name in ("n_estimators", "max_leaf_nodes", "learning_rate")} == {3, 7, 0.3}
    assert arguments[words["max_bins"]] == (63 if library == "CatBoost" else 64)
    assert library == "scikit-learn" or arguments[words["n_jobs"]] == 2


@pytest.mark.parametrize(("library", "word"), [("XGBoost", "min_child_weight"), ("LightGBM", "min_child_samples")])
def test_hessians_stand_for_samples_where_these_are_not_counted(library, word):
    arguments = translated(library, CLASSIFIER, {"min_samples_leaf": 20, HESSIAN_OF_SAMPLE: 0.2})[1]

    assert arguments[word] == (4 if library == "XGBoost" else 20)


def test_a_variant_is_a_contender_of_its_own():
    contender = Contender("XGBoost", variant="depthwise")

    assert contender.label == "XGBoost (depthwise)"
    assert translated("XGBoost", REGRESSOR, {}, variant="depthwise")[1]["grow_policy"] == "depthwise"
    assert translated("XGBoost", REGRESSOR, {})[1]["grow_policy"] == "lossguide"


@pytest.mark.parametrize(
    ("library", "parameters", "variant", "message"),
    [
        ("scikit-learn-intelex", {}, "", "has no HistGradientBoostingRegressor"),
        ("LightGBM", {}, "diagonal", "no 'diagonal'; there are row-wise, column-wise, quantized"),
        ("CatBoost", {"growth": "leaf"}, "", "no counterpart of growth"),
    ],
)
def test_what_a_library_cannot_do_is_refused(library, parameters, variant, message):
    with pytest.raises(ValueError, match=message):
        translated(library, REGRESSOR, parameters, variant=variant)


@pytest.mark.parametrize("library", ["scikit-learn", OURS])
def test_a_booster_is_built_without_early_stopping(library):
    model = Contender(library).build(REGRESSOR, PARAMETERS, n_threads=1, random_state=3)

    assert (model.max_iter, model.max_leaf_nodes, model.early_stopping, model.random_state) == (3, 7, False, 3)


@pytest.mark.parametrize(
    "contender",
    [
        Contender(library, variant=variant)
        for library in BOOSTERS
        if library != OURS
        for variant in BOOSTERS[library].variants
    ],
    ids=lambda contender: contender.label,
)
def test_the_classes_of_a_library_take_the_words(contender):
    if importlib.util.find_spec(peers.MODULES[contender.library]) is None:
        pytest.skip("not installed")
    for estimator in (CLASSIFIER, REGRESSOR):
        assert contender.build(estimator, PARAMETERS, n_threads=1) is not None


def test_scikit_learn_is_kept_to_the_threads():
    import threadpoolctl  # scikit-learn brings it

    Contender("scikit-learn").build(REGRESSOR, {})
    with Contender("scikit-learn").limited(1):
        pools = threadpoolctl.threadpool_info()

    assert {pool["num_threads"] for pool in pools if pool["user_api"] == "openmp"} <= {1}


# data and scores


def test_clusters_have_every_class_as_often():
    made = data.clusters(200, 0, n_classes=20)

    assert made.X.shape == (200, 30)
    assert np.bincount(made.y).tolist() == [10] * 20


def test_values_of_a_frame_can_be_missing():
    frame = data.with_missing(400, 0, maker=data.categories).X

    assert 0.02 < frame.isna().to_numpy().mean() < 0.08
    assert (frame.dtypes == "category").sum() == 4


def test_scores_have_their_usual_values():
    y, classes = np.array([0, 1, 1, 0]), np.array([0, 1])
    sure = np.array([[0.9, 0.1], [0.1, 0.9], [0.1, 0.9], [0.1, 0.9]])

    assert scores.score("accuracy", y, sure, classes) == 0.75
    assert scores.score("AUC", y, sure, classes) == 0.75
    assert scores.score("log-loss", y, sure, classes) == pytest.approx(-(3 * np.log(0.9) + np.log(0.1)) / 4)
    assert scores.score("RMSE", np.array([1.0, 3.0]), np.array([1.0, 1.0])) == pytest.approx(np.sqrt(2))
    with pytest.raises(ValueError, match="no score 'luck'"):
        scores.score("luck", y, sure, classes)


def test_a_case_is_scored_as_it_asks():
    case = Case(
        "case", CLASSIFIER, data.binary, {600: 9}, {"max_leaf_nodes": 7}, (Contender("scikit-learn"),), score="log-loss"
    )
    (result,) = measure(case, [1], Effort(1, 1, 0.0))

    assert result["score"] == "log-loss"
    assert 0 < result["quality"] < np.log(2)


def test_large_data_may_have_one_number_of_threads():
    case = Case("case", REGRESSOR, data.regression, {50: 1, 60: 1}, {}, (Contender("scikit-learn"),), many_samples=60)

    assert [record["threads"] for record in measure(case, [1, 2], Effort(1, 1, 0.0))] == [1, 2, 2]


# the best of the peers


def record(library, fit_seconds, n_samples=100_000, *, variant="", quality=0.8, score="AUC"):
    numbers = {"fit_seconds": fit_seconds, "predict_seconds": fit_seconds, "quality": quality, "score": score}
    place = {"case": "case", "n_samples": n_samples, "threads": 2}
    contender = Contender(library, variant=variant).label
    return {**place, "contender": contender, "library": library, "qualities": [quality] * 2, **numbers}


def verdicts(*records):
    return {(each.what, each.against): each for each in best.best_verdicts(CASE, records)}


def test_large_data_are_held_against_the_fastest_variant():
    judged = verdicts(
        record(OURS, 1.0),
        record("LightGBM", 4.0, variant="row-wise"),
        record("LightGBM", 2.0, variant="quantized"),
        record("XGBoost", 3.0),
        record("hessboost", 1.5),
    )

    assert (judged["fit", "LightGBM (quantized)"].value, judged["fit", "LightGBM (quantized)"].bar) == (0.5, 0.45)
    assert judged["fit", "hessboost"].bar == 0.8
    assert judged["quality behind", "LightGBM (quantized)"].outcome == "pass"
    assert len(judged) == 3


def test_small_data_ask_only_to_be_no_slower_than_lightgbm():
    judged = verdicts(record(OURS, 1.0, 500), record("LightGBM", 1.0, 500), record("XGBoost", 0.5, 500))

    assert judged["fit", "LightGBM"].outcome == "pass"
    assert not any(against == "XGBoost" for _, against in judged)


def test_predict_has_bars_on_many_rows():
    judged = verdicts(record(OURS, 1.0, 1_000_000), record("LightGBM", 4.0, 1_000_000))

    assert judged["predict", "LightGBM"].outcome == "miss"


@pytest.mark.parametrize(("score", "quality", "outcome"), [("AUC", 0.78, "miss"), ("log-loss", 0.78, "pass")])
def test_quality_is_behind_in_the_direction_of_the_score(score, quality, outcome):
    judged = verdicts(record(OURS, 1.0, quality=quality, score=score), record("LightGBM", 1.0, score=score))

    assert judged["quality behind", "LightGBM"].outcome == outcome


def test_without_a_peer_there_is_nothing_to_measure_and_without_ours_all_is_missed():
    failed = {"case": "case", "n_samples": 100_000, "threads": 2, "contender": OURS, "library": OURS, "note": "no"}

    assert {each.outcome for each in verdicts(record(OURS, 1.0)).values()} == {"-"}
    assert {each.outcome for each in verdicts(failed, record("LightGBM", 1.0)).values()} == {"miss", "-"}


def test_the_summary_has_a_line_for_each_point():
    records = [record(OURS, 1.0), record("LightGBM", 4.0), record("hessboost", 2.0, quality=0.9)]
    rows = [(MEMORY, "case", OURS, 30.0, "MB"), (MEMORY, "case", "LightGBM", 50.0, "MB")]
    line = best.best_table(records, rows).splitlines()[-1].split()

    assert line[:9] == ["case", "100,000", "2", "1.000", "LightGBM", "4.000", "0.2500", "0.4500", "100,000"]
    assert line[9:] == ["50,000", "AUC", "0.8000", "0.8000", "0.9000", "30.0", "50.0"]


# the command


def test_names_of_cases_are_unique():
    names = [case.name for case in boosting.CASES] + list(boosting.EXTRAS)

    assert len(set(names)) == len(names)


def test_only_the_headlines_have_all_rows_unless_everything_is_asked_for():
    cases = {case.name: case for case in boosting.cases_of(leaves=[31, 7])}

    assert cases["2 classes, 31 leaves"].sizes == {1_000_000: 100}
    assert cases["2 classes, 7 leaves"].sizes == {100_000: 100}
    assert boosting.cases_of(leaves=[7], full=True)[0].sizes == {1_000_000: 100}


def test_cases_can_be_chosen_by_their_leaves(capsys):
    assert main(["boosting", "--list", "--leaves", "7", "--cases", "small*"]) == 0
    assert capsys.readouterr().out.splitlines() == ["small regression, 7 leaves", "small 2 classes, 7 leaves"]

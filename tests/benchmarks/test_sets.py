"""Data of the benchmarks, synthetic and real, and the verdicts on quality."""

import argparse

import numpy as np
import pandas as pd
import pytest

from benchmarks import data, quality
from benchmarks.__main__ import main
from benchmarks.peers import OURS, Contender

MAKERS = (data.regression, data.counts, data.binary, data.terrain, data.text, data.categories, data.outliers)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_seed_makes_the_rows(maker):
    first, again, other = maker(40, 0), maker(40, 0), maker(40, 1)

    assert first.X.shape[0] == len(first.y) == 40
    assert first.X.shape == other.X.shape
    assert np.array_equal(first.y, again.y)
    assert not np.array_equal(first.y, other.y)


def test_terrain_has_seven_classes_and_44_indicators():
    X, y, task = data.terrain(2000, 0)

    assert X.shape == (2000, 54)
    assert np.array_equal(np.unique(X[:, 10:]), [0, 1])
    assert np.array_equal(np.unique(y), np.arange(7))
    assert task == "classification"


def test_text_is_sparse():
    X = data.text(50, 0).X

    assert X.format == "csr"
    assert X.shape == (50, 5000)
    assert 0.003 < X.nnz / np.prod(X.shape) <= 0.005


def test_missing_values_are_a_share():
    share = np.isnan(data.with_missing(1000, 0, maker=data.regression, share=0.05).X).mean()

    assert 0.04 < share < 0.06


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (["a", "b"], "classification"),
        ([True, False], "classification"),
        ([0, 1, 1], "classification"),
        (range(100), "regression"),
        ([0.5, 1.0], "regression"),
    ],
)
def test_the_task_is_told_by_the_target(y, task):
    assert data.task_of(y) == task


@pytest.fixture
def folder(tmp_path):
    """Holds one set of each kind that is read, and two that are not."""
    n_samples, rng = 80, np.random.default_rng(0)
    number = rng.normal(size=n_samples)
    letters = pd.Series(rng.choice(["x", "y", "z"], n_samples))
    letters[0] = None
    classes = np.where(number + rng.normal(size=n_samples) > 0, "yes", "no")
    sets = {
        "labels": {"number": number, "letter": letters, "target": classes},
        "values": {"number": number, "target": 2 * number},
        "survival": {"number": number, "time": number, "event": 1},
        "queries": {"number": number, "qid": 1, "target": 1.0},
    }
    for name, columns in sets.items():
        pd.DataFrame(columns).to_parquet(tmp_path / f"{name}.parquet")
    return tmp_path


def test_real_sets_are_those_with_one_target(folder):
    assert data.real_sets(folder) == ["labels", "values"]


def test_strings_of_a_real_set_are_categories(folder):
    X, y, task = data.read_set(folder, "labels")

    assert X.dtypes["letter"] == "category"
    assert set(y) == {"yes", "no"}
    assert task == "classification"


def test_a_large_real_set_is_sampled(folder):
    assert data.read_set(folder, "values", max_samples=30).X.shape == (30, 1)


def test_the_folder_is_named_or_asked_for(folder, tmp_path_factory, monkeypatch):
    monkeypatch.delenv(data.FOLDER_VARIABLE, raising=False)
    with pytest.raises(ValueError, match=r"give --data DIR or set SKENSEMBLE_DATA"):
        data.data_folder()
    with pytest.raises(ValueError, match=r"holds no \.parquet file"):
        data.data_folder(tmp_path_factory.mktemp("empty"))
    monkeypatch.setenv(data.FOLDER_VARIABLE, str(folder))
    assert data.data_folder() == folder


@pytest.mark.parametrize(
    ("ours", "lower_is_better", "verdict"),
    [
        ([0.9, 0.8, 0.9], False, "better"),
        ([0.9, 0.8, 0.9], True, "worse"),
        ([0.5, 0.7, 0.6], False, "within"),
        ([0.6, 0.6, 0.6], False, "within"),
        ([0.5999999999999999] * 3, False, "within"),
    ],
)
def test_a_verdict_is_by_the_standard_error_of_the_paired_difference(ours, lower_is_better, verdict):
    assert quality.paired(np.array(ours), np.full(3, 0.6), lower_is_better=lower_is_better)[-1] == verdict


def scored(library, encoding, value):
    place = {"set": "labels", "estimator": "RandomForestClassifier", "library": library, "encoding": encoding}
    return [place | {"seed": seed, "scores": {"AUC": value + 0.01 * seed}} for seed in range(2)]


def test_codes_are_compared_with_codes_and_categories_with_every_encoding():
    records = scored(OURS, "", 0.9) + scored(OURS, "ordinal", 0.7)
    records += scored("scikit-learn", "ordinal", 0.7) + scored("scikit-learn", "one-hot", 0.8)

    assert [(each.ours, each.peer, each.verdict) for each in quality.compared(records)] == [
        ("skensemble", "scikit-learn (ordinal)", "better"),
        ("skensemble", "scikit-learn (one-hot)", "better"),
        ("skensemble (ordinal)", "scikit-learn (ordinal)", "within"),
    ]


@pytest.mark.parametrize("name", ["labels", "values"])
def test_a_set_is_scored_by_seed_and_contender(folder, name, monkeypatch):
    monkeypatch.setattr(quality, "contenders_of", lambda X, encodings, family: [Contender("scikit-learn", "ordinal")])
    arguments = argparse.Namespace(rows=1000, seeds=2, n_estimators=3, threads=1, encodings=["ordinal"])
    arguments.family = quality.FOREST
    records = quality.score_set(folder, name, arguments)

    assert [each["seed"] for each in records] == [0, 0, 1, 1]
    assert set(records[0]["scores"]) == ({"accuracy", "AUC", "log-loss"} if name == "labels" else {"R2", "RMSE"})


def test_a_set_without_categories_has_two_contenders():
    encodings = quality.ENCODINGS

    assert [each.label for each in quality.contenders_of(pd.DataFrame({"a": [1.0]}), encodings)] == [
        "skensemble",
        "scikit-learn",
    ]
    assert len(quality.contenders_of(data.categories(9, 0).X, encodings)) == 4


def test_a_set_that_is_not_there_is_named(folder, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["quality", "--data", str(folder), "--sets", "moons"])
    assert "--sets: no moons here; there are labels, values." in capsys.readouterr().err

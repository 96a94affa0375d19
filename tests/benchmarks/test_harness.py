"""The parts of the benchmarks that decide: turns, ratios, bars, tables, processes, the command line."""

import json
import os

import numpy as np
import pytest

from benchmarks import bars, data, forests, process, table, timing
from benchmarks.__main__ import main
from benchmarks.bars import Verdict, race_verdicts
from benchmarks.cases import Case
from benchmarks.peers import OURS, Contender

SKLEARN = Contender("scikit-learn")


class Clock:
    """A clock that goes on by a second whenever it is read."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


# timing


def test_each_contender_begins_a_turn():
    assert [timing.rotated("abc", turn)[0] for turn in range(4)] == ["a", "b", "c", "a"]
    assert sorted(timing.rotated("abc", 2)) == ["a", "b", "c"]


def test_contenders_have_the_same_turns_in_rotating_order():
    order = []

    def contender(name):
        return lambda turn: order.append((turn, name)) or {"seconds": float(turn)}

    turns = timing.race({name: contender(name) for name in "ab"}, least_turns=2, most_turns=2)

    assert order == [(0, "a"), (0, "b"), (1, "b"), (1, "a")]
    assert turns["a"] == turns["b"] == [{"seconds": 0.0}, {"seconds": 1.0}]


@pytest.mark.parametrize(("least", "most", "seconds", "expected"), [(1, 9, 3.5, 4), (5, 9, 0.0, 5), (1, 2, 1e9, 2)])
def test_a_race_ends_by_its_time_within_the_bounds(least, most, seconds, expected):
    turns = timing.race({"only": lambda turn: {}}, least_turns=least, most_turns=most, seconds=seconds, clock=Clock())

    assert len(turns["only"]) == expected


def test_medians_are_of_each_number_and_unknown_where_a_turn_does_not_know():
    turns = [{"fit": 1.0, "others": 0.0}, {"fit": 9.0, "others": None}, {"fit": 2.0, "others": 0.5}]

    assert timing.medians(turns) == {"fit": 2.0, "others": None}


def test_a_timed_action_gives_its_result():
    result, seconds, others = timing.timed(lambda: "done")

    assert result == "done"
    assert seconds >= 0
    assert others is None or others >= 0


def test_latencies_count_no_first_calls():
    calls = {"a": [], "b": []}
    medians = timing.latencies({name: calls[name].append for name in calls}, n_calls=3)

    assert set(medians) == {"a", "b"}
    assert [call for call in calls["a"] if call >= 0] == [0, 1, 2]
    assert min(calls["a"]) < 0


# bars


def record(contender, n_samples=10_000, *, n_estimators=20, **numbers):
    numbers = {
        "fit_seconds": 1.0,
        "predict_seconds": 1.0,
        "model_bytes": 100,
        "qualities": [0.5, 0.5],
    } | numbers
    place = {"case": "forest", "n_samples": n_samples, "threads": 2, "n_estimators": n_estimators}
    return {**place, "contender": contender.label, "library": contender.library, **numbers}


FOREST = Case("forest", "RandomForestRegressor", data.regression, {}, fit_bars={"scikit-learn": 0.35})


def outcomes(*records):
    return {(verdict.what, verdict.against): verdict.outcome for verdict in race_verdicts(FOREST, records)}


def test_a_verdict_passes_at_its_bar():
    verdict = Verdict("fit", "forest", 1000, 2, "scikit-learn", 0.5, 0.5)

    assert verdict.outcome == "pass"
    assert verdict._replace(value=0.51).outcome == "miss"
    assert verdict._replace(value=None).outcome == "-"


def test_a_forest_is_held_against_every_bar():
    ours = record(Contender(OURS), fit_seconds=0.3, predict_seconds=1.2, model_bytes=50)

    assert outcomes(ours, record(SKLEARN)) == {
        ("fit", "scikit-learn"): "pass",
        ("predict", "scikit-learn"): "miss",
        ("model size", "scikit-learn"): "pass",
        ("quality behind", "scikit-learn"): "pass",
    }


@pytest.mark.parametrize(("n_samples", "expected"), [(1_000, "pass"), (10_000, "miss")])
def test_small_data_ask_only_to_be_no_slower(n_samples, expected):
    ours = record(Contender(OURS), n_samples, fit_seconds=0.9)

    assert outcomes(ours, record(SKLEARN, n_samples))["fit", "scikit-learn"] == expected


def test_a_single_tree_has_no_bar_of_size():
    records = [record(contender, n_estimators=None) for contender in (Contender(OURS), SKLEARN)]

    assert ("model size", "scikit-learn") not in outcomes(*records)


def test_a_peer_without_a_bar_is_only_shown():
    assert not any(
        against == "LightGBM" for _, against in outcomes(record(Contender(OURS)), record(Contender("LightGBM")))
    )


def test_quality_may_be_behind_by_its_noise_only():
    peer = record(SKLEARN, qualities=[0.9, 0.7])

    assert outcomes(record(Contender(OURS), qualities=[0.8, 0.7]), peer)["quality behind", "scikit-learn"] == "pass"
    assert outcomes(record(Contender(OURS), qualities=[0.8, 0.6]), peer)["quality behind", "scikit-learn"] == "miss"


def test_ours_that_fails_misses_and_a_peer_that_fails_measures_nothing():
    failed = {"note": "ValueError: no"}

    assert set(outcomes(record(Contender(OURS)) | failed, record(SKLEARN)).values()) == {"miss"}
    assert set(outcomes(record(Contender(OURS)), record(SKLEARN) | failed).values()) == {"-"}


def test_the_standard_error_of_a_single_pair_is_unknown():
    assert bars.standard_error([1.0, 3.0]) == 1.0
    assert bars.standard_error([1.0]) == float("inf")


# table


def test_columns_are_aligned_numbers_to_the_right():
    text = table.aligned(("name", "n", "share"), [("a", 1000, 0.25), ("longer", 1, None)])

    assert text.splitlines() == [
        "name        n   share",
        "---------------------",
        "a       1,000  0.2500",
        "longer      1       -",
    ]


def test_a_verdict_table_tells_misses_and_counts():
    verdicts = [
        Verdict("fit", "forest", 1000, 2, "scikit-learn", 0.5, 0.35),
        Verdict("predict", "forest", 1000, 2, "scikit-learn", 0.5, 1.0),
        Verdict("first fit, cold", "forest", None, None, "", None, 15.0, "s"),
    ]
    text = table.verdict_table(verdicts)

    assert "0.5 <= 0.35 x MISS" in text
    assert "0.5 <= 1 x" in text
    assert text.endswith("1 of 3 bars met, 1 missed, 1 without a peer to measure")


def test_a_race_table_shows_our_share_of_a_peers_time():
    text = table.race_table([record(Contender(OURS), fit_seconds=0.25), record(SKLEARN, fit_seconds=1.0)])

    assert "0.2500" in text.splitlines()[-1]


def test_json_has_null_for_what_it_cannot_write(tmp_path):
    path = tmp_path / "new" / "result.json"
    table.write_json(path, {"values": (1.5, float("inf"), float("nan"))})

    assert json.loads(path.read_text()) == {"values": [1.5, None, None]}


def test_the_environment_names_versions():
    assert "numpy" in table.environment()["versions"]


# processes and the command line


def test_a_fresh_process_has_the_environment_it_is_given():
    assert process.isolated(os.getenv, "SKENSEMBLE_TEST", environment={"SKENSEMBLE_TEST": "here"}) == "here"
    assert "SKENSEMBLE_TEST" not in os.environ


def test_import_time_is_of_a_fresh_interpreter():
    assert process.import_seconds("json") > 0


def test_memory_of_an_action_is_seen_where_the_system_tells():
    result, extra = process.extra_memory(lambda: np.ones(4_000_000).sum())

    assert result == 4_000_000
    assert extra is None or extra > 20_000_000


def test_the_cases_can_be_listed(capsys):
    assert main(["forests", "--list"]) == 0
    assert "forest regression" in capsys.readouterr().out


def test_a_case_that_is_not_there_is_told(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["forests", "--only", "moons"])
    assert "--only: nothing is named moons; --list names the cases." in capsys.readouterr().err


def test_a_missing_folder_is_told_in_one_line(monkeypatch, capsys):
    monkeypatch.delenv(data.FOLDER_VARIABLE, raising=False)
    with pytest.raises(SystemExit, match="2"):
        main(["quality"])
    assert capsys.readouterr().err == (
        "python -m benchmarks: No folder of real sets: give --data DIR or set SKENSEMBLE_DATA.\n"
    )


@pytest.mark.parametrize(("flags", "status"), [([], 0), (["--check"], 1)])
def test_a_missed_bar_fails_only_a_check(flags, status, monkeypatch):
    missed = Verdict("fit", "forest", 1000, 2, "scikit-learn", 2.0, 1.0)
    monkeypatch.setattr(forests, "run", lambda options: [missed])

    assert main(["forests", *flags]) == status

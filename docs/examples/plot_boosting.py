"""
Boosting in a pipeline
======================

A histogram booster behind a step of preprocessing, tuned by a grid search, beside XGBoost at the same
parameters. The target has a category of fifty values, a product of two features and a column with values
that are missing for a reason.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from xgboost import XGBRegressor

from skensemble import HistGradientBoostingRegressor

NOISE = 0.3


def make_data(n_samples=4000):
    """Return a frame of strings, dates and numbers with missing values, and the response."""
    rng = np.random.default_rng(0)
    place = rng.integers(50, size=n_samples)
    day = rng.integers(7, size=n_samples)
    X = pd.DataFrame(rng.uniform(size=(n_samples, 3)), columns=["size", "age", "rate"])
    X["place"] = pd.Categorical([f"place {number}" for number in place])
    X["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(7 * rng.integers(50, size=n_samples) + day, unit="D")
    y = rng.normal(size=50)[place] + 3 * X["size"] * X["rate"] + 0.5 * (day > 4) + rng.normal(0, NOISE, n_samples)
    X["rate"] = X["rate"].where(X["rate"] < 0.8)  # the largest are missing
    return train_test_split(X, y, random_state=0)


X_train, X_test, y_train, y_test = make_data()

# %%
# Trees split on numbers and categories, not on dates: a step of the pipeline makes the weekday of them. Strings,
# categories and missing values go into the booster as they are.
weekday = FunctionTransformer(lambda X: X.drop(columns="date").assign(weekday=X["date"].dt.day_of_week))
model = Pipeline(
    [
        ("weekday", weekday),
        ("booster", HistGradientBoostingRegressor(l2_regularization=1.0, random_state=0)),
    ]
)
grid = {"booster__learning_rate": [0.05, 0.15], "booster__max_leaf_nodes": [7, 15, 31]}
search = GridSearchCV(model, grid, cv=3, scoring="neg_root_mean_squared_error").fit(X_train, y_train)
print(search.best_params_)
booster = search.best_estimator_["booster"]

# %%
# XGBoost by its own names for the same parameters; of `min_child_weight` it makes the least number of rows, since
# the hessians of squared error are 1.
peer = XGBRegressor(
    n_estimators=booster.max_iter,
    learning_rate=booster.learning_rate,
    max_leaves=booster.max_leaf_nodes,
    max_depth=0,
    grow_policy="lossguide",
    min_child_weight=booster.min_samples_leaf,
    reg_lambda=booster.l2_regularization,
    max_bin=booster.max_bins,
    tree_method="hist",
    enable_categorical=True,
)
peer.fit(weekday.transform(X_train), y_train)

# %%
# The error on other rows after each round. No model can fall below the noise.
errors = {
    "skensemble": [
        mean_squared_error(y_test, each) ** 0.5 for each in booster.staged_predict(weekday.transform(X_test))
    ],
    "XGBoost": [
        mean_squared_error(y_test, peer.predict(weekday.transform(X_test), iteration_range=(0, n_rounds))) ** 0.5
        for n_rounds in range(1, booster.max_iter + 1)
    ],
}
for name, values in errors.items():
    print(f"{name}: {values[-1]:.3f} after {booster.max_iter} rounds")

figure, (error, importance) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
for (name, values), style in zip(errors.items(), ["-", "--"], strict=True):
    error.plot(range(1, booster.max_iter + 1), values, style, label=name)
error.axhline(NOISE, color="0.6", linestyle=":", label="the noise")
error.set(xlabel="rounds", ylabel="root mean squared error on other rows", ylim=(0, None))
error.legend()
importance.barh(booster.feature_names_in_, booster.feature_importances_)
importance.set(xlabel="share of the gains")
plt.show()

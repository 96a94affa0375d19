"""
Native categories
=================

A category has an effect of its own on the response; the more categories there are, the longer the chain of
one-hot splits that a tree needs, and the less an arbitrary order of integers tells. Subsets of categories
need neither.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from skensemble import RandomForestRegressor


def make_data(n_categories, n_samples=2000):
    """Return a frame with one categorical and two numeric columns, and the response."""
    rng = np.random.default_rng(n_categories)
    codes = rng.integers(n_categories, size=n_samples)
    X = pd.DataFrame(rng.uniform(size=(n_samples, 2)), columns=["slope", "noise"])
    X["place"] = pd.Categorical([f"place {code}" for code in codes])
    y = rng.normal(size=n_categories)[codes] * (0.5 + X["slope"]) + rng.normal(0, 0.3, n_samples)
    return train_test_split(X, y, random_state=0)


forest = RandomForestRegressor(n_estimators=50, min_samples_leaf=3, max_features=2 / 3, random_state=0)
unseen = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
encoders = {
    "one-hot": OneHotEncoder(handle_unknown="ignore"),
    "ordinal": OrdinalEncoder(**unseen),
}
models = {"native": forest} | {
    name: make_pipeline(make_column_transformer((encoder, ["place"]), remainder="passthrough"), forest)
    for name, encoder in encoders.items()
}

# %%
numbers = [2, 5, 10, 20, 50, 100, 200]
errors = {name: [] for name in models}
for n_categories in numbers:
    X_train, X_test, y_train, y_test = make_data(n_categories)
    for name, model in models.items():
        residuals = model.fit(X_train, y_train).predict(X_test) - y_test
        errors[name].append(np.sqrt(np.mean(residuals**2)))

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for name, values in errors.items():
    ax.plot(numbers, values, "o-", label=name)
ax.axhline(0.3, color="0.6", linestyle=":", label="the noise")
ax.set(xlabel="categories", ylabel="root mean squared error on other rows", xscale="log")
ax.set_xticks(numbers, [str(number) for number in numbers])
ax.minorticks_off()
ax.legend()
plt.show()

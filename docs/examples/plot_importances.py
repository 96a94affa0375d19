"""
Three importances
=================

Three features matter here; the others are noise of 2, 10 and 100 values and a continuous one. The decrease
of impurity rewards noise for its number of values. Corrected by the out-of-bag rows it puts noise at zero,
as permutation on other rows does.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.inspection import permutation_importance
from sklearn.model_selection import train_test_split

from skensemble import RandomForestClassifier

rng = np.random.default_rng(0)
n_samples = 800
X = np.column_stack(
    [rng.integers(n_values, size=n_samples) for n_values in (2, 3, 4, 2, 10, 100)] + [rng.normal(size=n_samples)]
)
names = ["binary", "3 values", "4 values", "noise: 2", "noise: 10", "noise: 100", "noise: real"]
chance = 1 / (1 + np.exp(3.6 - 1.6 * X[:, 0] - 1.0 * X[:, 1] - 0.8 * X[:, 2]))
y = rng.uniform(size=n_samples) < chance
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

# %%
forests = {
    importance: RandomForestClassifier(n_estimators=300, importance=importance, random_state=0).fit(X_train, y_train)
    for importance in ("impurity", "oob")
}
permutation = permutation_importance(forests["oob"], X_test, y_test, n_repeats=10, random_state=0)
importances = {
    "decrease of impurity": forests["impurity"].feature_importances_,
    "corrected out of bag": forests["oob"].feature_importances_,
    "permutation, other rows": permutation.importances_mean,
}

figure, axes = plt.subplots(1, 3, sharey=True, figsize=(10, 3.5), layout="constrained")
for ax, (name, values) in zip(axes, importances.items(), strict=True):
    ax.barh(names[::-1], values[::-1], color=["C1"] * 4 + ["C0"] * 3)
    ax.axvline(0, color="k", linewidth=0.8)
    ax.set_title(name)
plt.show()

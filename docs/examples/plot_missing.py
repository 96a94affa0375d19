"""
Missing values
==============

Values that are missing at random carry no information, and a tree that learns a side for them loses little
against imputation. Values that are missing for a reason do, and imputation hides it.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_friedman1
from sklearn.impute import SimpleImputer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skensemble import RandomForestRegressor

X, y = make_friedman1(600, n_features=8, noise=0.5, random_state=0)
forest = RandomForestRegressor(n_estimators=50, random_state=0)
models = {"learnt side": forest, "mean imputation": make_pipeline(SimpleImputer(), forest)}


def hide(share, at_random):
    """Return X with that share of the values missing: anywhere, or the largest ones of every column."""
    chance = np.random.default_rng(0).uniform(size=X.shape) if at_random else 1 - X
    hidden = chance < np.quantile(chance, share, axis=0)
    return np.where(hidden, np.nan, X)


# %%
shares = [0, 0.1, 0.2, 0.3, 0.4, 0.5]
figure, axes = plt.subplots(1, 2, sharey=True, figsize=(9, 4), layout="constrained")
for ax, at_random in zip(axes, [True, False], strict=True):
    for name, model in models.items():
        scores = [cross_val_score(model, hide(share, at_random), y, cv=4).mean() for share in shares]
        ax.plot(shares, scores, "o-", label=name)
    ax.set(
        title="missing at random" if at_random else "the largest are missing",
        xlabel="share of missing values",
    )
axes[0].set_ylabel("$R^2$, cross-validated")
axes[0].legend()
plt.show()

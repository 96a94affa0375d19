"""
One booster, several losses
===========================

The loss decides what a booster predicts: the mean, the median, or another quantile. Two quantiles are a band
that holds a given share of the rows; and few of the outliers that pull the mean move the median.
"""

import matplotlib.pyplot as plt
import numpy as np

from skensemble import HistGradientBoostingRegressor

rng = np.random.default_rng(0)
x = np.sort(rng.uniform(0, 10, 1500))
y = np.sin(x) + rng.normal(0, 0.1 + 0.08 * x)
is_outlier = (x > 2) & (x < 4) & (rng.uniform(size=x.size) < 0.15)
y[is_outlier] += 5
X = x[:, None]

models = {
    "mean": HistGradientBoostingRegressor(max_leaf_nodes=8, max_iter=60),
    "median": HistGradientBoostingRegressor("absolute_error", max_leaf_nodes=8, max_iter=60),
    "10 %": HistGradientBoostingRegressor("quantile", quantile=0.1, max_leaf_nodes=8, max_iter=60),
    "90 %": HistGradientBoostingRegressor("quantile", quantile=0.9, max_leaf_nodes=8, max_iter=60),
}
predictions = {name: model.fit(X, y).predict(X) for name, model in models.items()}
inside = (predictions["10 %"] <= y) & (y <= predictions["90 %"])
print(f"{inside.mean():.1%} of the rows lie in the band")

# %%
figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
ax.plot(x, y, ".", color="0.7", markersize=3)
ax.fill_between(x, predictions["10 %"], predictions["90 %"], color="C0", alpha=0.2, label="10 % to 90 %")
ax.plot(x, predictions["mean"], color="C1", label="mean: squared error")
ax.plot(x, predictions["median"], color="C0", label="median: absolute error")
ax.set(xlabel="feature", ylabel="response")
ax.legend()
plt.show()

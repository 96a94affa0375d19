"""
How a split is chosen
=====================

One feature, every threshold, and the gain of each: the tree takes the threshold where the impurity falls
most.
"""

import matplotlib.pyplot as plt
import numpy as np

from skensemble import DecisionTreeRegressor

rng = np.random.default_rng(0)
x = np.sort(rng.uniform(0, 1, 80))
y = np.where(x < 0.37, 1.0, 2.0) + np.where(x > 0.8, 0.6, 0.0) + rng.normal(0, 0.25, x.size)
stump = DecisionTreeRegressor(max_depth=1).fit(x[:, None], y)
threshold = stump.tree_.threshold[0]

# %%
# The gain of a threshold, computed by hand: the squared error of the node less that of its children.
candidates = 0.5 * (x[1:] + x[:-1])
gains = [y.var() - np.average([y[:k].var(), y[k:].var()], weights=[k, y.size - k]) for k in range(1, y.size)]
assert np.isclose(threshold, candidates[np.argmax(gains)])

# %%
figure, (data, gain) = plt.subplots(2, 1, sharex=True, figsize=(7, 5), layout="constrained")
data.plot(x, y, "o", markersize=4, color="0.5")
grid = np.linspace(0, 1, 500)
data.plot(grid, stump.predict(grid[:, None]), color="C0", label="the stump's prediction")
data.set_ylabel("response")
data.legend()
gain.plot(candidates, gains, ".-", color="C1")
gain.axvline(threshold, color="C0", linestyle="--", label=f"chosen: {threshold:.3f}")
gain.set(xlabel="feature = threshold", ylabel="gain")
gain.legend()
plt.show()

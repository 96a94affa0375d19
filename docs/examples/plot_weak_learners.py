"""
Boosting other learners than trees
==================================

Gradient boosting asks of its learner only that it fits numbers to numbers. A sum of smooth functions, boosted by
trees, by ridge regression and by splines: what the learner cannot express, no number of rounds adds.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

from skensemble import GradientBoostingRegressor


def smooth(X):
    """Return a sum of a wave, a parabola and a line."""
    return np.sin(6 * X[:, 0]) + 4 * (X[:, 1] - 0.5) ** 2 + X[:, 2]


rng = np.random.default_rng(0)
X, X_test = rng.uniform(size=(200, 5)), rng.uniform(size=(2000, 5))
y = smooth(X) + rng.normal(0, 0.3, len(X))

# %%
learners = {
    "trees of depth 2": {"max_depth": 2},
    "ridge regression": {"estimator": Ridge()},
    "splines": {"estimator": make_pipeline(SplineTransformer(), Ridge())},
}
models = {
    name: GradientBoostingRegressor(n_estimators=100, random_state=0, **learner).fit(X, y)
    for name, learner in learners.items()
}

# %%
# On the left the error of the mean, without the noise; on the right what the models make of the first feature, the
# others being in the middle.
path = np.full((300, 5), 0.5)
path[:, 0] = np.linspace(0, 1, 300)
figure, (error, wave) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
for name, model in models.items():
    errors = [mean_squared_error(smooth(X_test), found) ** 0.5 for found in model.staged_predict(X_test)]
    error.plot(range(1, 101), errors, label=name)
    wave.plot(path[:, 0], model.predict(path))
    print(f"{name}: {errors[-1]:.3f}")
wave.plot(path[:, 0], smooth(path), "k--", linewidth=1, label="the truth")
error.set(xlabel="rounds", ylabel="root mean squared error", ylim=(0, None))
wave.set(xlabel="first feature", ylabel="prediction")
error.legend()
wave.legend()
plt.show()

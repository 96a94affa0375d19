"""
Anomalies by isolation
======================

Random cuts isolate a scattered point sooner than one among its likes. The score of an isolation forest on
two clusters, and the border that a contamination of 10 % sets.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.inspection import DecisionBoundaryDisplay

from skensemble import IsolationForest

rng = np.random.default_rng(0)
clusters = np.vstack([rng.normal((-2, -1), 0.5, (180, 2)), rng.normal((2, 1), 0.4, (180, 2))])
anomalies = rng.uniform(-4, 4, (40, 2))
X = np.vstack([clusters, anomalies])
forest = IsolationForest(n_estimators=200, contamination=0.1, random_state=0).fit(X)

# %%
figure, ax = plt.subplots(figsize=(6, 5), layout="constrained")
DecisionBoundaryDisplay.from_estimator(forest, X, response_method="decision_function", cmap="RdBu", alpha=0.7, ax=ax)
is_anomaly = forest.predict(X) == -1
ax.scatter(*X[~is_anomaly].T, s=12, color="k", label="ordinary")
ax.scatter(*X[is_anomaly].T, s=25, color="C1", marker="x", label="anomalous")
ax.legend()
ax.set(xticks=[], yticks=[])
plt.show()

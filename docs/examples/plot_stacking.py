"""
Voting, stacking, selection
===========================

Four models of different kinds, and what is made of them: their mean, a ridge regression on their out-of-bag
predictions, one on predictions from three folds, and a greedy selection of them.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import make_friedman1
from sklearn.linear_model import RidgeCV
from sklearn.metrics import mean_squared_error
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from skensemble import (
    BaggingRegressor,
    ExtraTreesRegressor,
    GreedyEnsembleSelector,
    RandomForestRegressor,
    StackingRegressor,
    VotingRegressor,
)

X, y = make_friedman1(300, n_features=10, noise=1.0, random_state=0)
X_test, y_test = make_friedman1(1000, n_features=10, noise=1.0, random_state=1)

# %%
# Bagging gives out-of-bag rows to estimators of any kind.
vectors = make_pipeline(StandardScaler(), SVR(C=10))
models = [
    ("forest", RandomForestRegressor(n_estimators=50, random_state=0)),
    ("extra-trees", ExtraTreesRegressor(n_estimators=50, bootstrap=True, random_state=0)),
    ("neighbours", BaggingRegressor(KNeighborsRegressor(), n_estimators=20, random_state=0)),
    ("support vectors", BaggingRegressor(vectors, n_estimators=20, random_state=0)),
]
selector = GreedyEnsembleSelector(task="regression")
ensembles = {
    "mean": VotingRegressor(models),
    "ridge, out of bag": StackingRegressor(models, RidgeCV(), cv="oob"),
    "ridge, 3 folds": StackingRegressor(models, RidgeCV(), cv=3),
    "greedy, out of bag": StackingRegressor(models, selector, cv="oob"),
}

# %%
# The mean suffers from the worst of the models; a second level learns which of them to trust.
for model in ensembles.values():
    model.fit(X, y)
fitted = {**ensembles["mean"].named_estimators_, **ensembles}
errors = {name: mean_squared_error(y_test, model.predict(X_test)) ** 0.5 for name, model in fitted.items()}
weights = ensembles["greedy, out of bag"].final_estimator_.weights_
for (name, _), weight in zip(models, weights, strict=True):
    print(f"{name}: weight {weight:.2f}")

figure, (error, weight) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained", width_ratios=[3, 2])
error.barh(list(errors), list(errors.values()), color=["0.7"] * len(models) + ["C0"] * len(ensembles))
error.invert_yaxis()
error.set(xlabel="root mean squared error on test rows")
weight.barh([name for name, _ in models], weights)
weight.invert_yaxis()
weight.set(xlabel="weight by greedy selection")
plt.show()

"""
One tree, a random forest, extra-trees
======================================

The same points seen by one fully grown tree, by a random forest and by extremely randomised trees:
averaging smooths the boxes, and random thresholds smooth them further.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import make_moons
from sklearn.inspection import DecisionBoundaryDisplay

from skensemble import DecisionTreeClassifier, ExtraTreesClassifier, RandomForestClassifier

X, y = make_moons(200, noise=0.3, random_state=0)
models = {
    "one tree": DecisionTreeClassifier(random_state=0),
    "random forest": RandomForestClassifier(n_estimators=200, random_state=0),
    "extra-trees": ExtraTreesClassifier(n_estimators=200, random_state=0),
}

figure, axes = plt.subplots(1, 3, figsize=(10, 3.5), sharex=True, sharey=True, layout="constrained")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    DecisionBoundaryDisplay.from_estimator(
        model.fit(X, y),
        X,
        response_method="predict_proba",
        plot_method="pcolormesh",
        cmap="RdBu",
        ax=ax,
        alpha=0.7,
    )
    ax.scatter(*X.T, c=y, cmap="RdBu", edgecolor="k", linewidth=0.5, s=15)
    ax.set(title=name, xticks=[], yticks=[])
plt.show()

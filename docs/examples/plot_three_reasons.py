"""
Three reasons for an ensemble
=============================

Why the mean of many trees is better than one of them: too few rows to tell the trees apart, a search that is
greedy, and a border that no single tree can draw (Dietterich 2000). An example of each.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

from skensemble import AdaBoostClassifier, BaggingClassifier, DecisionTreeClassifier, ExtraTreesClassifier


def draw_accuracies(ensemble, X, y, what):
    """Draw the accuracies of the trees and of all of them together."""
    alone = [tree.score(X, y) for tree in ensemble.estimators_]
    together = ensemble.score(X, y)
    _, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
    ax.hist(alone, 20, color="0.75", label="one tree")
    ax.axvline(np.mean(alone), color="0.4", linestyle="--", label=f"their mean: {np.mean(alone):.3f}")
    ax.axvline(together, color="C0", label=f"the vote of all: {together:.3f}")
    ax.set(xlabel=what, ylabel="trees")
    ax.legend()
    plt.show()


# %%
# **Statistical.** Sixty rows do not tell which tree is right. Each tree below is grown on another bootstrap of them.
X, y = make_moons(60, noise=0.3, random_state=0)
X_new, y_new = make_moons(5000, noise=0.3, random_state=1)
trees = BaggingClassifier(DecisionTreeClassifier(), n_estimators=200, random_state=0).fit(X, y)
draw_accuracies(trees, X_new, y_new, "accuracy on new rows")

# %%
# **Computational.** A tree of 16 leaves describes a chequerboard of 16 squares without an error, and there are rows
# enough to see it. But no first cut gains anything, so that a greedy search does not find that tree. Each tree below
# ends somewhere else, since its cuts are drawn.
X = np.random.default_rng(0).uniform(0, 4, (5000, 2))
y = np.floor(X).sum(axis=1) % 2
trees = ExtraTreesClassifier(n_estimators=200, max_leaf_nodes=16, random_state=0).fit(X, y)
draw_accuracies(trees, X, y, "accuracy on the same rows")

# %%
# **Representational.** No tree of few leaves has a slanted border. A weighted vote of trees has one.
X = np.random.default_rng(0).uniform(-1, 1, (1000, 2))
y = X[:, 0] + X[:, 1] > 0
one = DecisionTreeClassifier(max_depth=2).fit(X, y)
many = AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=50, random_state=0).fit(X, y)

# %%
ticks = np.linspace(-1, 1, 300)
grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
figure, axes = plt.subplots(1, 2, figsize=(7, 3.6), sharey=True, layout="constrained")
for ax, (name, model) in zip(axes, {"one tree": one, "50 trees": many}.items(), strict=True):
    ax.pcolormesh(ticks, ticks, model.predict(grid).reshape(300, 300), cmap="RdBu", alpha=0.4)
    ax.plot([-1, 1], [1, -1], "k--", linewidth=1, label="the true border")
    ax.set(title=name, aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
axes[0].legend(loc="lower left")
plt.show()

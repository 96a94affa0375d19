"""
Random forest as Breiman wrote it
=================================

A bootstrap of n rows, the first integer less than log2(d) + 1 features a node, full growth, no pruning; and
the out-of-bag error, which follows the error on a test set without needing one.
"""

import math

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.model_selection import train_test_split

from skensemble import RandomForestClassifier


def breiman_forest(n_features, **parameters):
    """Return the forest of the paper for data of that many features."""
    return RandomForestClassifier(
        criterion="gini",
        bootstrap=True,
        max_features=math.ceil(math.log2(n_features)),
        max_depth=None,
        min_samples_split=2,
        min_samples_leaf=1,
        ccp_alpha=0.0,
        oob_score=True,
        random_state=0,
        **parameters,
    )


# %%
# As in the paper, a tenth of the rows is held out and a forest of 100 trees grown on the others, again
# and again; the errors are means over the repetitions.
for load in (load_wine, load_breast_cancer, load_digits):
    X, y = load(return_X_y=True)
    errors = []
    for seed in range(10):
        X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.1, random_state=seed)
        forest = breiman_forest(X.shape[1], n_estimators=100).fit(X_train, y_train)
        errors.append((1 - forest.oob_score_, 1 - forest.score(X_test, y_test)))
    out_of_bag, test = np.mean(errors, axis=0)
    print(f"{load.__name__[5:]:>14}: out-of-bag error {out_of_bag:.1%}, test error {test:.1%}")

# %%
# On the digits, half of them held out: `warm_start` adds trees to the same forest.
X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)
sizes = [20, 30, 40, 60, 80, 120, 160, 240, 320]
forest = breiman_forest(X.shape[1], warm_start=True)
errors = {"out of bag": [], "test set": []}
for n_estimators in sizes:
    forest.set_params(n_estimators=n_estimators).fit(X_train, y_train)
    errors["out of bag"].append(1 - forest.oob_score_)
    errors["test set"].append(1 - forest.score(X_test, y_test))

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for name, values in errors.items():
    ax.plot(sizes, values, "o-", label=name)
ax.set(xlabel="trees", ylabel="error", xscale="log", ylim=(0, None))
ax.set_xticks(sizes, [str(size) for size in sizes])
ax.minorticks_off()
ax.legend()
plt.show()

"""
Pruning by cost and complexity
==============================

A fully grown tree knows its training rows by heart. Along the path of minimal cost-complexity pruning it
loses leaves; the score on other rows first rises, then falls.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

from skensemble import DecisionTreeClassifier

X, y = make_classification(800, n_features=10, n_informative=6, flip_y=0.1, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, random_state=0)
path = DecisionTreeClassifier(random_state=0).cost_complexity_pruning_path(X_train, y_train)
alphas = np.maximum(path.ccp_alphas[:-1], 0.0)
trees = [DecisionTreeClassifier(random_state=0, ccp_alpha=alpha).fit(X_train, y_train) for alpha in alphas]

# %%
figure, score = plt.subplots(figsize=(7, 4), layout="constrained")
for name, rows in {"training rows": (X_train, y_train), "other rows": (X_test, y_test)}.items():
    score.plot(alphas, [tree.score(*rows) for tree in trees], drawstyle="steps-post", label=name)
score.set(xlabel=r"$\alpha$", ylabel="accuracy")
leaves = score.twinx()
leaves.plot(alphas, [tree.get_n_leaves() for tree in trees], ":", color="0.4", drawstyle="steps-post", label="leaves")
leaves.set_ylabel("leaves")
figure.legend(loc="outside upper center", ncols=3)
plt.show()

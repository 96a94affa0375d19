"""
AdaBoost, round by round
========================

The error of boosted stumps after each round, for three things that a round may make of its stump: its classes
(SAMME), its probabilities (real), or a least-squares fit (gentle). Ten normal features; the class says whether
the sum of their squares exceeds its median (example 10.2 of Hastie, Tibshirani and Friedman 2009).
"""

import matplotlib.pyplot as plt
from sklearn.datasets import make_hastie_10_2
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

from skensemble import AdaBoostClassifier

X, y = make_hastie_10_2(6000, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=1000, random_state=0)

# %%
# The stumps are the default. All of them share one ranking of the features, so that a round costs one sweep of
# each of them.
figure, (train, test) = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for algorithm, style in {"SAMME": "-", "real": "--", "gentle": ":"}.items():
    model = AdaBoostClassifier(n_estimators=300, algorithm=algorithm, random_state=0).fit(X_train, y_train)
    for ax, rows, target in [(train, X_train, y_train), (test, X_test, y_test)]:
        errors = [1 - accuracy_score(target, found) for found in model.staged_predict(rows)]
        ax.plot(range(1, len(errors) + 1), errors, style, label=algorithm)
    print(f"{algorithm}: {errors[-1]:.3f} of the test rows are wrong after {len(errors)} rounds")
train.set(title="training rows", xlabel="rounds", ylabel="error", ylim=(0, None))
test.set(title="test rows", xlabel="rounds")
test.legend()
plt.show()

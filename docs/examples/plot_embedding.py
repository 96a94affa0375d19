"""
Leaves as an embedding
======================

Two circles cannot be separated by a line. Random trees, grown without looking at the classes, encode each
point by its leaves, and a linear model on that code is a smooth curve among the points.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import make_circles
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skensemble import RandomTreesEmbedding

X, y = make_circles(300, factor=0.5, noise=0.1, random_state=0)
embedding = RandomTreesEmbedding(n_estimators=100, max_depth=4, random_state=0)
code = embedding.fit_transform(X)
print(f"{code.shape[1]} leaves of {embedding.n_estimators} trees; {code.nnz // code.shape[0]} ones in a row")

# %%
models = {
    "linear on the points": LogisticRegression(),
    "linear on their leaves": make_pipeline(embedding, LogisticRegression(C=0.1)),
}
figure, axes = plt.subplots(1, 2, figsize=(8, 4), layout="constrained")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    accuracy = cross_val_score(model, X, y, cv=5).mean()
    DecisionBoundaryDisplay.from_estimator(
        model.fit(X, y), X, response_method="predict_proba", cmap="coolwarm", alpha=0.6, ax=ax
    )
    ax.scatter(*X.T, c=y, cmap="coolwarm", edgecolor="k", linewidth=0.4, s=15)
    ax.set(title=f"{name}: accuracy {accuracy:.0%}", xticks=[], yticks=[])
plt.show()

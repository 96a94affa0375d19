"""Scores of answers to held-out rows, by the names that tables give them."""

import numpy as np

LOWER_IS_BETTER = ("log-loss", "RMSE")
NAMES = {"regression": ("R2", "RMSE"), "classification": ("accuracy", "AUC", "log-loss")}


def score(name, y, answer, classes=None):
    """One score.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    y : ndarray of shape (n_samples,)
        The truth.
    answer : ndarray of shape (n_samples,) or (n_samples, n_classes)
        Predictions, or probabilities of the classes.
    classes : ndarray of shape (n_classes,), default=None
        The labels, in the order of the probabilities.

    Returns
    -------
    float
    """
    from sklearn import metrics

    if name == "R2":
        return float(metrics.r2_score(y, answer))
    if name == "RMSE":
        return float(metrics.root_mean_squared_error(y, answer))
    if name == "accuracy":
        return float(metrics.accuracy_score(y, classes[np.argmax(answer, axis=1)]))
    if name == "AUC" and len(classes) == 2:
        return float(metrics.roc_auc_score(y == classes[1], answer[:, 1]))
    if name == "AUC":
        return float(metrics.roc_auc_score(y, answer, multi_class="ovr", labels=classes))
    if name == "log-loss":
        # probabilities of 32 bits do not sum to 1 exactly
        answer = np.asarray(answer, np.float64)
        return float(metrics.log_loss(y, answer / answer.sum(axis=1, keepdims=True), labels=classes))
    raise ValueError(f"There is no score {name!r}.")

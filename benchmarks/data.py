"""The data that contenders are given: synthetic makers of any size, and real sets from a folder.

A maker is a function of ``(n_samples, seed)``. Its rule is fixed and only the rows depend on the seed, so
that two seeds are a training and a test set of one problem. Real sets are Parquet files with one column
named ``target``; where they lie is told by the caller or by the environment variable ``SKENSEMBLE_DATA``.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

FOLDER_VARIABLE = "SKENSEMBLE_DATA"
MOST_CLASSES = 50


class Data(NamedTuple):
    """Features, target and what is asked: ``"regression"``, ``"classification"`` or ``"outliers"``."""

    X: Any
    y: np.ndarray
    task: str


def regression(n_samples, seed, *, n_features=50):
    """Friedman's first function of five features with noise; the other features are noise."""
    rng = np.random.default_rng(seed)
    X = rng.random((n_samples, n_features))
    return Data(X, _friedman(X) + rng.normal(size=n_samples), "regression")


def counts(n_samples, seed, *, n_features=10):
    """Poisson counts whose logarithmic rate is Friedman's first function."""
    rng = np.random.default_rng(seed)
    X = rng.random((n_samples, n_features))
    return Data(X, rng.poisson(np.exp(_friedman(X) / 10)).astype(np.float64), "regression")


def _friedman(X):
    return 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3] + 5 * X[:, 4]


def binary(n_samples, seed, *, n_features=28):
    """Two classes from normal, skewed and coarse features, of the size and difficulty of the HIGGS data."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features))
    logit = X[:, 0] + X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + np.maximum(X[:, 3], X[:, 4]) - 0.5
    logit += 0.3 * X[:, 5:12].sum(axis=1)
    X[:, 12:20] = np.exp(X[:, 12:20])
    X[:, 20:24] = np.round(2 * X[:, 20:24])
    return Data(X, (logit + rng.logistic(size=n_samples) > 0).astype(np.int64), "classification")


def terrain(n_samples, seed):
    """Seven classes, 10 numbers and 44 indicator columns, like the forest cover data."""
    rng = np.random.default_rng(seed)
    X = np.zeros((n_samples, 54), dtype=np.float32)
    X[:, :10] = np.round(200 * rng.normal(size=(n_samples, 10)))
    area, soil, rows = rng.integers(0, 4, n_samples), rng.integers(0, 40, n_samples), np.arange(n_samples)
    X[rows, 10 + area] = X[rows, 14 + soil] = 1
    height = X[:, 0] / 80 + (soil - 20) / 8 + area / 2 + X[:, 1] * X[:, 2] / 80_000
    height += 0.5 * rng.normal(size=n_samples)
    return Data(X, np.digitize(height, [-4, -2.5, -1, 0.5, 2, 4]), "classification")


def text(n_samples, seed, *, n_features=5000, density=0.005):
    """Two classes of documents as a CSR matrix of word weights; a tenth of the words tell the class."""
    rng = np.random.default_rng(seed)
    n_words = round(n_features * density)
    words = (n_features * rng.random((n_samples, n_words)) ** 2).astype(np.int64)
    weights = rng.exponential(size=words.shape)
    X = sparse.coo_matrix(
        (weights.ravel(), (np.repeat(np.arange(n_samples), n_words), words.ravel())), (n_samples, n_features)
    ).tocsr()
    meaning = np.where(np.arange(n_features) % 10 == 0, np.random.default_rng(0).normal(size=n_features), 0)
    signal = X @ meaning
    return Data(X, (signal + 0.3 * rng.logistic(size=n_samples) > 0).astype(np.int64), "classification")


def categories(n_samples, seed, *, cardinalities=(3, 12, 60, 400), n_numbers=6):
    """Two classes from a pandas frame of numbers and categories; each level has an effect of its own."""
    import pandas as pd

    rng, effects = np.random.default_rng(seed), np.random.default_rng(0)
    numbers = rng.normal(size=(n_samples, n_numbers))
    frame = pd.DataFrame(numbers, columns=[f"number_{index}" for index in range(n_numbers)])
    logit = numbers[:, 0] + numbers[:, 1] * numbers[:, 2]
    for cardinality in cardinalities:
        codes = (cardinality * rng.random(n_samples) ** 2).astype(np.int64)
        logit += effects.normal(size=cardinality)[codes]
        levels = [f"level {index}" for index in range(cardinality)]
        frame[f"of {cardinality}"] = pd.Categorical.from_codes(codes, levels)
    return Data(frame, (logit + rng.logistic(size=n_samples) > 0).astype(np.int64), "classification")


def clusters(n_samples, seed, *, n_classes=100, n_features=30):
    """As many rows of each class, normal around its centre; half of the features tell the class."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(n_classes, n_features))
    centres[:, n_features // 2 :] = 0
    y = np.arange(n_samples) % n_classes
    return Data(centres[y] + rng.normal(size=(n_samples, n_features)), y, "classification")


def outliers(n_samples, seed, *, n_features=28, share=0.05):
    """Correlated normal rows, and a share of wider rows without correlation (target 1)."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).normal(size=(n_features, n_features)) / np.sqrt(n_features)
    y = (rng.random(n_samples) < share).astype(np.int64)
    X = rng.normal(size=(n_samples, n_features))
    return Data(np.where(y[:, None] == 1, 1.5 * X, X @ mixing), y, "outliers")


def with_missing(n_samples, seed, *, maker, share=0.05):
    """The rows of another maker, an array or a frame, with a share of the values missing at random."""
    data = maker(n_samples, seed)
    is_missing = np.random.default_rng(seed + 1).random(data.X.shape) < share
    if hasattr(data.X, "mask"):
        return data._replace(X=data.X.mask(is_missing))
    X = data.X.copy()
    X[is_missing] = np.nan
    return data._replace(X=X)


def data_folder(given=None):
    """The folder of real sets.

    Parameters
    ----------
    given : path-like, default=None
        The folder that the user named; None reads the environment variable ``SKENSEMBLE_DATA``.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If no folder is named, or it holds no Parquet file.
    """
    folder = given or os.environ.get(FOLDER_VARIABLE)
    if not folder:
        raise ValueError(f"No folder of real sets: give --data DIR or set {FOLDER_VARIABLE}.")
    folder = Path(folder)
    if not any(folder.glob("*.parquet")):
        raise ValueError(f"The folder {folder} holds no .parquet file; give another by --data DIR.")
    return folder


def real_sets(folder):
    """Names of the sets in a folder that have one target a row (no survival times, no ranking queries)."""
    import pyarrow.parquet

    names = []
    for path in sorted(Path(folder).glob("*.parquet")):
        columns = pyarrow.parquet.read_schema(path).names
        if "target" in columns and "qid" not in columns:
            names.append(path.stem)
    return names


def read_set(folder, name, *, max_samples=None, seed=0):
    """Read one real set as a pandas frame, strings and objects turned into categories.

    Parameters
    ----------
    folder : path-like
        Where ``name.parquet`` lies.
    name : str
        One of `real_sets`.
    max_samples : int, default=None
        Draw so many rows without replacement when the set has more.
    seed : int, default=0
        Of that draw.

    Returns
    -------
    Data
        The task is `task_of` the target.
    """
    import pandas as pd

    frame = pd.read_parquet(Path(folder) / f"{name}.parquet")
    task = task_of(frame["target"])
    if max_samples is not None and len(frame) > max_samples:
        frame = frame.sample(max_samples, random_state=seed)
    X, y = frame.drop(columns="target").reset_index(drop=True), frame["target"].to_numpy()
    others = X.select_dtypes(exclude=["number", "category"]).columns
    X[others] = X[others].astype("category")
    return Data(X, y if y.dtype.kind in "iuf" else y.astype(str), task)


def task_of(y):
    """``"classification"`` for labels and for at most 50 different integers, else ``"regression"``."""
    y = np.asarray(y)
    if y.dtype.kind in "iu":
        return "classification" if len(np.unique(y)) <= MOST_CLASSES else "regression"
    return "regression" if y.dtype.kind == "f" else "classification"

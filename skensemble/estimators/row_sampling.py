"""The parameters that say on which rows the trees of a round are grown."""

import numpy as np

from skensemble.boosting.sampling import RowSampling
from skensemble.estimators.feature_parameters import feature_number

TOP_RATE, OTHER_RATE = 0.2, 0.1


def row_sampling_of(estimator):
    """Return the `RowSampling` of an estimator, as yet without its groups, or None where trees see all rows.

    Raises
    ------
    ValueError
        A parameter contradicts another one, or would not be used.
    """
    method, share = estimator.row_sampling, estimator.subsample
    if method != "goss" and (estimator.top_rate, estimator.other_rate) != (TOP_RATE, OTHER_RATE):
        raise ValueError(f'top_rate and other_rate are for row_sampling="goss", but it is {method!r}.')
    if method != "uniform" and estimator.subsample_groups is not None:
        raise ValueError(f'subsample_groups is for row_sampling="uniform", but it is {method!r}.')
    if method == "goss":
        if share != 1.0:
            raise ValueError(f'subsample={share!r} is not used by row_sampling="goss": set top_rate and other_rate.')
        if estimator.top_rate + estimator.other_rate > 1.0:
            raise ValueError("top_rate and other_rate are shares of the rows: their sum must not exceed 1.")
        return RowSampling(method, 1.0, float(estimator.top_rate), float(estimator.other_rate))
    if share == 1.0:
        if method == "mvs":
            raise ValueError('row_sampling="mvs" draws a share of the rows: set subsample below 1.')
        if estimator.subsample_groups is not None and estimator.validation_split is None:
            raise ValueError("subsample_groups are drawn from: set subsample below 1, or a validation_split of groups.")
        return None
    return RowSampling(method, float(share))


def groups_of_rows(estimator, X):
    """Return the numbers of the rows' groups, (n_samples,) int64, or None.

    Parameters
    ----------
    X : (n_samples, n_features) float64, array or CSC

    Raises
    ------
    ValueError
        There is no such column, or not a group for each row.
    """
    groups = estimator.subsample_groups
    if groups is None:
        return None
    if isinstance(groups, (str, int, np.integer)):
        feature = feature_number(estimator, groups, "subsample_groups")
        column = X[:, [feature]]
        groups = (column.toarray() if hasattr(column, "toarray") else column).ravel()
    groups = np.asarray(groups)
    if groups.shape != (X.shape[0],):
        raise ValueError(f"subsample_groups has shape {groups.shape}, but X has {X.shape[0]} rows: give each a group.")
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)

"""Features that exclude each other share a column."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skensemble.binning import bundles
from skensemble.binning.bundles import bundled_columns, exclusive_groups, find_bundles

pytestmark = pytest.mark.nojit


def indicators(n_samples=90, n_features=3):
    return np.equal.outer(np.arange(n_features), np.arange(n_samples) % n_features).astype(np.uint8)


def test_indicators_of_one_group_share_a_column():
    groups, frequent_bins = find_bundles(indicators(), np.full(3, 2))

    assert groups == [[0, 1, 2]]
    assert frequent_bins.tolist() == [0, 0, 0]


def test_one_row_with_both_keeps_features_apart():
    columns = indicators()
    columns[1, 0] = 1  # as is feature 0

    groups, frequent_bins = find_bundles(columns, np.full(3, 2))

    assert sorted(map(len, groups)) == [1, 2]
    assert not any({0, 1} <= set(group) for group in groups)
    assert sorted(frequent_bins) == [-1, 0, 0]


def test_features_that_vary_have_columns_to_themselves():
    columns = np.random.default_rng(0).integers(0, 9, (4, 200)).astype(np.uint8)

    groups, frequent_bins = find_bundles(columns, np.full(4, 9))

    assert groups == [[0], [1], [2], [3]]
    assert frequent_bins.tolist() == [-1] * 4


def test_a_bundle_has_no_more_codes_than_its_type():
    n_features = 100
    groups, _ = find_bundles(indicators(1000, n_features), np.full(n_features, 2))

    assert sorted(map(len, groups)) == [15, 85]  # of three codes each, and one for none of them


@pytest.mark.parametrize("most_open", [2, 8, 512])
def test_features_of_a_bundle_never_meet(most_open, monkeypatch):
    monkeypatch.setattr(bundles, "MOST_OPEN", most_open)
    n_features, n_samples = 300, 500
    is_off = np.random.default_rng(0).random((n_features, n_samples)) < 0.02
    groups = exclusive_groups(
        lambda feature: np.flatnonzero(is_off[feature]), is_off.mean(axis=1), np.full(n_features, 2), n_samples, 256
    )

    assert sorted(feature for group in groups for feature in group) == list(range(n_features))
    assert groups == sorted(groups)
    assert max(is_off[group].sum(axis=0).max() for group in groups) == 1
    assert len(groups) < 0.6 * n_features


def test_a_code_tells_the_bin_of_every_feature():
    columns = np.array([[0, 2, 0, 0], [1, 1, 0, 1]], np.uint8)

    assert_array_equal(bundled_columns(columns, [[0, 1]], [1, 5], [0, 1]), [[0, 3, 5, 0]])

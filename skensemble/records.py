"""The node table of every tree, and the records that kernels pass to each other.

Records are NamedTuples of arrays and scalars, grouped by lifetime: a fit, a tree, a node, a feature of a node.
"""

from typing import NamedTuple

import numpy as np

from skensemble._compile import record
from skensemble.arrays.float_codes import MISSING

FLAT = 2  # instead of the sign of a monotonic constraint: nothing may be cut by the feature
LEAF = -1  # in the place of a child
UNDEFINED = -2  # the feature, and the threshold, of a leaf

NODE = np.dtype(
    [
        ("threshold", np.float64),  # values <= threshold go left; +inf: all but the missing; NaN: categories
        ("impurity", np.float64),
        ("weighted_n_node_samples", np.float64),
        ("gain", np.float64),  # weighted decrease of impurity by the node's split, 0 for a leaf
        ("n_node_samples", np.int64),  # distinct rows
        ("feature", np.int32),
        ("left", np.int32),
        ("right", np.int32),
        ("category_offset", np.int32),  # first word of the set of categories that go left, or -1
        ("missing_go_to_left", np.uint8),
    ],
    align=True,
)


def copy_nodes(nodes):
    """Return a copy of a table of nodes; NumPy itself copies records one by one, and leaves gaps between fields out."""
    return np.ascontiguousarray(nodes).view(np.uint8).copy().view(nodes.dtype)


@record
class Flags(NamedTuple):
    """The numeric features that have two values and are never missing, once more: a bit each.

    A node learns which of them are constant by one look at a sample for all of them; 64 of them share one of the words
    of `Codes`.
    """

    bit_of: np.ndarray  # (n_features,) int64: the place of a feature's bit; -1: it has none
    codes: np.ndarray  # (n_features, 2), of the ranks' dtype: the codes of both values


@record
class Codes(NamedTuple):
    """What `Samples.index` points into: the codes of the data, or those of a small subtree; see `splitting.desk`."""

    ranks: np.ndarray  # (n_rows, n_features)
    words: np.ndarray  # (n_words, n_rows) uint64: the `Flags` that are set, a row having the higher value; or no words


@record
class RankedFeatures(NamedTuple):
    """The training data of a fit: a code for each value, that is its rank among the feature's distinct values.

    The code of a category is its number.  The code after the last one means "missing".
    """

    codes: Codes  # their ranks uint16 | uint32; sparse: (n_stored, 1)
    values: np.ndarray  # (n_distinct of all features,) float32: the value of each rank, feature after feature
    offsets: np.ndarray  # (n_features + 1,) int64: where a feature's values start
    is_categorical: np.ndarray  # (n_features,) bool
    are_values: bool  # whether the codes are the bits of the values, see `arrays.float_codes`
    is_sparse: bool
    indptr: np.ndarray  # sparse: (n_features + 1,) int64: where a feature's stored entries start
    rows: np.ndarray  # sparse: (n_stored,) int32, ascending within a feature
    zero_ranks: np.ndarray  # sparse: (n_features,) int64: the code of the values that are not stored
    flags: Flags
    sorted_keys: (
        np.ndarray
    )  # (n_features, n_samples) int64, see `arrays.sorting`: in order; no length: nobody sorted them

    def missing_code(self, feature):
        """The code of missing values of a feature: above all others."""
        if self.are_values and not self.is_categorical[feature]:
            return np.int64(MISSING)
        return self.offsets[feature + 1] - self.offsets[feature]


@record
class Settings(NamedTuple):
    """When a node may be split, and how."""

    max_depth: int
    min_samples_split: int
    min_samples_leaf: int
    min_weight_leaf: float
    min_impurity_decrease: float
    max_features: int  # that a node draws; more than there are: it looks at all, in their order
    max_leaf_nodes: int  # 0: no limit, grow depth first; else grow the best node first
    random_splits: bool
    is_bounded: bool  # by monotonic constraints
    has_categories: bool = False  # set for each tree
    least_impurity: float = 0.0  # a node of no more is pure; apart from it, one of hardly any beside the root's is

    def looks_at_all(self, n_features):
        """Whether a node looks at all features, one after the other; else they are drawn one by one."""
        return self.max_features >= n_features

    def starts_anywhere(self, n_features):
        """Whether a node that looks at all features draws which comes first; else that is the lowest."""
        return self.max_features == n_features or self.random_splits


@record
class Constraints(NamedTuple):
    """What splits must respect beyond sizes; arrays of no length where there is nothing to respect."""

    monotonic: np.ndarray  # (n_features,) int8: 1 increasing, -1 decreasing, 0 free, FLAT
    groups: np.ndarray  # (n_features, n_words) uint64: the interaction groups that contain a feature, as bits


@record
class Samples(NamedTuple):
    """The rows of one tree, sorted by node: a node is a stretch `start:stop` of both arrays.

    start            middle             stop
      |  left child    |   right child    |
    """

    index: np.ndarray  # (n,) uint32: the row in the ranks that the node reads
    pair: np.ndarray  # (n, 2) float64: weight and response (a number, or a class) of the first output
    is_weighted: bool = True  # else all weights are 1


@record
class Place(NamedTuple):
    """A node that is being split."""

    start: int
    stop: int
    key: np.uint64  # of its random draws
    lower: float  # bounds of its value under monotonic constraints
    upper: float
    pools_rare: bool  # whether the rare categories of a feature are one


@record
class NodeStatistics(NamedTuple):
    """What a criterion knows about a node as a whole; it keeps sums of several outputs or classes to itself."""

    weight: float
    center: float
    score: float
    impurity: float
    magnitude: float  # of the terms that a gain is the difference of: it is exact up to some 1e-16 of them


@record
class Left(NamedTuple):
    """What lies on the left of a boundary; it stays in registers while a sweep moves samples from right to left."""

    weight: float
    first: float  # the meaning of both is the criterion's
    second: float


@record
class Boundary(NamedTuple):
    """The best place to cut one feature of one node."""

    gain: float
    at: int  # the last key, or the last bucket, on the left; -1: no cut is better than what was there
    n_left: int
    missing_left: bool
    middle: float  # between the values of the children, under monotonic constraints


@record
class Split(NamedTuple):
    """The best split of a node so far."""

    gain: float
    feature: int  # UNDEFINED: none
    code: int  # the last code on the left
    threshold: float
    missing_left: bool
    n_left: int
    middle: float


@record
class Task(NamedTuple):
    """Everything that growing one tree needs; a kernel below the growers takes it whole."""

    data: RankedFeatures
    samples: Samples
    spare: Samples  # work space of the size of `samples`
    criterion: NamedTuple  # see `skensemble.criteria`
    targets: np.ndarray  # (n_samples, n_outputs) float64
    settings: Settings
    constraints: Constraints
    desk: NamedTuple  # see `skensemble.splitting.desk`
    features: NamedTuple  # `skensemble.splitting.features.FeatureOrder`
    block: Codes  # of a subtree, see `skensemble.splitting.desk.new_block`

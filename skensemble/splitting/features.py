"""Which features a node looks at."""

from typing import NamedTuple

import numpy as np

from skensemble._compile import inlined, record
from skensemble._random import FEATURE, below, draw


@record
class FeatureOrder(NamedTuple):
    """The features of a tree, with those that are known to be constant in front.

        active  [ constant | others ]

    A feature that is constant in a node is constant below it.  Trees that grow depth first finish the subtree of a
    node's left child before they turn to the right one, so that what the node found is still in front when it is its
    turn.

    Draws without replacement are the first steps of a Fisher-Yates shuffle of 0, 1, 2, ..., undone after each node:
    what a node draws depends on its key alone.  A node that looks at all features draws the first alone, and the others
    follow in a circle: that is all that equal splits ask for.
    """

    active: np.ndarray  # (n_features,) int64
    where: np.ndarray  # (n_features,) int64: the place of a feature in `active`
    shuffled: np.ndarray  # (n_features,) int64: 0, 1, 2, ... between nodes
    swapped: np.ndarray  # (n_features,) int64: with which place a step has swapped

    def draw_first(self, key):
        """Draw the feature that comes first in a node that looks at all."""
        return below(draw(key, FEATURE, 0), self.shuffled.size)

    def following(self, first, number):
        """Feature `number` of the circle of all."""
        feature = first + number
        return feature if feature < self.shuffled.size else feature - self.shuffled.size

    def draw_next(self, key, number):
        """Draw feature `number` of a node."""
        other = number + below(draw(key, FEATURE, number), self.shuffled.size - number)
        self.swapped[number] = other
        feature = self.shuffled[other]
        self.shuffled[other] = self.shuffled[number]
        self.shuffled[number] = feature
        return feature

    def undo(self, n_drawn):
        """Forget the draws of a node."""
        for number in range(n_drawn - 1, -1, -1):
            other = self.swapped[number]
            feature = self.shuffled[number]
            self.shuffled[number] = self.shuffled[other]
            self.shuffled[other] = feature

    def mark_constant(self, feature, n_constant):
        """Put a feature behind the n_constant ones in front."""
        place, other = self.where[feature], self.active[n_constant]
        self.active[place] = other
        self.where[other] = place
        self.active[n_constant] = feature
        self.where[feature] = n_constant


def feature_order(n_features):
    """Return the `FeatureOrder` of a new tree."""
    return FeatureOrder(*(np.arange(n_features) for _ in range(4)))


@inlined
def is_allowed(groups, node_groups, node, feature):
    """Whether an interaction group contains the feature and all features on the way to the node."""
    for word in range(groups.shape[1]):
        if groups[feature, word] & node_groups[node, word]:
            return True
    return groups.shape[1] == 0

"""Bounds of the children's values under monotonic constraints."""

from skensemble._compile import inlined


@inlined
def child_bounds(constraints, split, place, is_left):
    """Keep the values on one side of a split below those on the other, all the way down.

    The middle between the children's values bounds both, where the feature is constrained.
    """
    if constraints.monotonic.size == 0 or constraints.monotonic[split.feature] == 0:
        return place.lower, place.upper
    if (constraints.monotonic[split.feature] > 0) == is_left:
        return place.lower, split.middle
    return split.middle, place.upper

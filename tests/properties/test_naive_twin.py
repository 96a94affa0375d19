"""The core grows the trees of the naive twin, node by node, whatever is asked of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core import grow_tree
from tests.properties.problems import FEW_KINDS, KINDS, SINGLE_OUTPUT, Kind, Recipe, recipes
from tests.reference.comparison import assert_is_twin
from tests.reference.naive_tree import NaiveTree

LIMITS = {
    "max_depth": st.integers(0, 5),
    "min_samples_split": st.integers(2, 9),
    "min_samples_leaf": st.integers(1, 5),
    "min_weight_leaf": st.floats(0.01, 0.3),
    "min_impurity_decrease": st.floats(0.001, 0.02),
    "max_features": st.integers(1, 4),
}
limits = st.fixed_dictionaries({"seed": st.integers(0, 2**31 - 2)}, optional=LIMITS)
problems = recipes(n_samples=(2, 60), categorical=True, weightings=["real"])  # parts of equal worth are rare
groups = st.lists(st.sets(st.integers(0, 4), min_size=1), min_size=1, max_size=4)


def assert_core_and_twin_agree(kind, problem, **options):
    """Grow a tree with both."""
    arguments = (problem.X, problem.targets, kind.criterion)
    options.update(n_classes=kind.n_classes, weights=problem.weights, n_categories=problem.n_categories)
    assert_is_twin(grow_tree(*arguments, **options), NaiveTree(*arguments, **options), problem.n_categories)


@pytest.mark.nojit
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_an_example_of_every_kind(kind):
    recipe = Recipe(3, 24, 4, 0.1, "real", is_categorical=(False, True))

    assert_core_and_twin_agree(kind, recipe.make(kind), min_samples_leaf=2)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@settings(max_examples=40)
@given(recipe=problems, limits=limits)
def test_depth_first(kind, recipe, limits):
    assert_core_and_twin_agree(kind, recipe.make(kind), **limits)


@pytest.mark.parametrize("kind", FEW_KINDS, ids=str)
@settings(max_examples=40)
@given(recipe=problems, limits=limits, max_leaf_nodes=st.integers(2, 12))
def test_best_first(kind, recipe, limits, max_leaf_nodes):
    assert_core_and_twin_agree(kind, recipe.make(kind), max_leaf_nodes=max_leaf_nodes, **limits)


@pytest.mark.parametrize("kind", FEW_KINDS, ids=str)
@settings(max_examples=40)
@given(recipe=problems, limits=limits)
def test_random_splits(kind, recipe, limits):
    assert_core_and_twin_agree(kind, recipe.make(kind), random_splits=True, **limits)


@pytest.mark.parametrize("kind", SINGLE_OUTPUT, ids=str)
@settings(max_examples=40)
@given(
    recipe=problems,
    limits=limits,
    signs=st.lists(st.sampled_from([-1, 0, 1]), min_size=5, max_size=5),
)
def test_monotonic_constraints(kind, recipe, limits, signs):
    problem = recipe.make(kind)
    monotonic = np.where(problem.n_categories > 0, 0, signs[: len(problem.n_categories)])

    assert_core_and_twin_agree(kind, problem, monotonic=monotonic, **limits)


@pytest.mark.parametrize("kind", [Kind("squared_error"), Kind("entropy", (4,))], ids=str)
@settings(max_examples=40)
@given(recipe=problems, limits=limits, groups=groups)
def test_interaction_groups(kind, recipe, limits, groups):
    problem = recipe.make(kind)
    features = set(range(problem.X.shape[1]))

    assert_core_and_twin_agree(kind, problem, groups=[group & features for group in groups], **limits)

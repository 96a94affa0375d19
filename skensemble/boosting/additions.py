"""Trees are added to a model one after the other: gradients, growth, and a step of the raw predictions."""

from typing import NamedTuple

from skensemble._compile import kernel, record
from skensemble._random import key_of_tree
from skensemble.boosting.gradients import write_pairs
from skensemble.boosting.updates import move_rows
from skensemble.growing.leaf_wise import grow_tree
from skensemble.growing.symmetric import grow_symmetric_tree


@record
class Turns(NamedTuple):
    """Which trees a team adds, of those that there is room for; a tree of one output has that of its turn."""

    first: int
    stop: int
    step: int
    n_before: int  # trees of the model before there was room for these
    seed: int
    moves: bool  # whether the raw predictions move at once, by the rows that a tree is grown on


def _adding_by(grow):
    """Return the kernel that adds trees which grow in one of the ways."""

    @kernel
    def add_trees(team, training, loss, data, field, own, criterion, growth, constraints, turns, trees):
        """Add trees; what each thread of a team does.

        What it leaves behind is complete unless the team was stopped.

        Parameters
        ----------
        training : Training
        loss : record
        data : BinnedFeatures
        field, own : Field, Own
        criterion : SecondOrder
        growth : Growth
        constraints : Constraints
        turns : Turns
        trees : BoostedTrees
            Written by thread 0.
        """
        n_outputs, n_of_all = trees.values.shape[1], training.raw.shape[0]
        for number in range(turns.first, turns.stop, turns.step):
            output, tree = number * n_outputs % n_of_all, trees.tree(number)
            units = write_pairs(team, training, loss, output, n_outputs, field.pairs)
            key = key_of_tree(turns.seed, turns.n_before + number)
            n_leaves = grow(team, data, field, own, criterion, growth, constraints, units, key, tree)
            if team.number == 0:
                trees.n_leaves[number] = n_leaves
            if turns.moves:
                for k in range(n_outputs):
                    move_rows(team, training.raw[output + k], field.rows, own.leaves, n_leaves, tree.values[k])
            if team.stop[0] != 0:
                break

    return add_trees


add_trees, add_symmetric_trees = _adding_by(grow_tree), _adding_by(grow_symmetric_tree)

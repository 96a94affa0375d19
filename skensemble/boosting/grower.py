"""What a team of threads does for a tree of a booster: it grows it, and moves the raw predictions by it."""

import numpy as np

from skensemble._team import arrive
from skensemble.boosting.linear_leaves import move_by_models, walk_by_models
from skensemble.boosting.updates import move_predictions, walk_rows
from skensemble.growing.leaf_wise import grow_tree
from skensemble.growing.monotonic import bounds_halfway
from skensemble.growing.symmetric import grow_symmetric_tree


class Grower:
    """The work spaces of a team, which grows one tree after the other.

    Parameters
    ----------
    data : BinnedFeatures
    field : Field
    own : list of Own
        Of each thread.
    linear : LinearLeaves, default=None
    """

    def __init__(self, data, field, own, linear=None):
        self.data, self.field, self.own, self.linear = data, field, own, linear

    def grow(self, team, plan, training, output, units, key, tree):
        """Grow a tree on the pairs of the field; what each thread of the team does.

        Parameters
        ----------
        team : Team
        plan : BoostingPlan
        training : Training
        output : int
            The tree's, or the first of several.
        units : Units
            Of the pairs.
        key : uint64
            Of random draws.
        tree : BoostedTree
            What is written.

        Returns
        -------
        n_leaves : int
        models : LeafModels or None
        """
        own = self.own[team.number]
        grow = grow_symmetric_tree if plan.is_symmetric else grow_tree
        constraints = plan.constraints[output % len(plan.constraints)]
        n_leaves = grow(team, self.data, self.field, own, plan.criterion, plan.growth, constraints, units, key, tree)
        if plan.objective.is_refined:
            arrive(team)
            self._refine(team, plan, training, n_leaves, tree.values[0])
            arrive(team)
        if self.linear is None:
            return n_leaves, None
        self.linear.fit(team, plan, training, output, tree, own.leaves[:n_leaves], self._rows_of)
        return n_leaves, self.linear.models

    def move(self, team, raw, n_leaves, tree, values):
        """Move the raw predictions of an output, (n_samples,): of the rows that a tree is grown on, and of the others.

        `values`, (n_nodes,), are those of the output.
        """
        kept, words = self.field.kept, tree.words.reshape(-1)
        inside = raw, self.field.rows, self.own[team.number].leaves, n_leaves, values
        outside = raw, self.data, kept, tree.nodes, words, values
        if self.linear:
            move_by_models(team, *inside, self.linear.models, self.linear.X)
            if kept.size:
                walk_by_models(team, *outside, self.linear.models, self.linear.X)
            return
        move_predictions(team, *inside)
        if kept.size:
            walk_rows(team, *outside, 1.0)

    def _rows_of(self, leaf):
        """Return the rows of a leaf, (n_rows,) uint32, in an order that does not depend on the threads."""
        parts = [self.field.rows[own.leaves[leaf]["start"] : own.leaves[leaf]["stop"]] for own in self.own]
        return np.sort(np.concatenate(parts))

    def _refine(self, team, plan, training, n_leaves, values):
        """Give the leaves that are this thread's turn the best values for the residuals of their rows."""
        leaves = self.own[team.number].leaves
        for i in range(team.number, n_leaves, team.size):
            rows = self._rows_of(i)
            if not len(rows):  # none was drawn
                continue
            weight = training.weight[rows] if training.weight.size else None
            value = plan.objective.refined_value(training.target[rows] - training.raw[0, rows], weight)
            most = plan.criterion.max_delta_step
            bounds = leaves[i]["lower"], leaves[i]["upper"]
            if plan.is_intermediate:
                bounds = bounds_halfway(leaves[i], self.own[team.number].values[i, 0])
            value = np.clip(np.clip(value, -most, most), *bounds)
            values[leaves[i]["number"]] = plan.growth.learning_rate * value

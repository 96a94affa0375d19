"""What a team of threads does for the trees of a booster: it adds them, one after the other."""

import numpy as np

from skensemble._team import arrive
from skensemble.boosting.additions import add_symmetric_trees, add_trees
from skensemble.boosting.linear_leaves import move_by_models, walk_by_models
from skensemble.boosting.updates import move_predictions, walk_rows
from skensemble.growing.monotonic import bounds_halfway


class Grower:
    """The work spaces of a team.

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

    def add(self, team, plan, training, turns, trees, scale=None):
        """Grow trees, and move the raw predictions by each; what each thread of the team does.

        Parameters
        ----------
        team : Team
        plan : BoostingPlan
        training : Training
        turns : Turns
            Which trees; moves are seen to here.
        trees : BoostedTrees
            What is written.
        scale : float, default=None
            What the values are multiplied by; None: nothing.
        """
        moves = scale is None and not plan.objective.is_refined and self.linear is None
        if moves and len(plan.constraints) == 1 and not self.field.kept.size:
            self._grow(team, plan, training, turns._replace(moves=True), trees)
            return
        for number in range(turns.first, turns.stop, turns.step):
            self._grow(team, plan, training, turns._replace(first=number, stop=number + 1, moves=moves), trees)
            tree, first_output = trees.tree(number), number * trees.values.shape[1] % len(training.raw)
            n_leaves = 0
            if not moves:
                arrive(team)
                n_leaves = int(trees.n_leaves[number])
                self._complete(team, plan, training, first_output, tree, n_leaves)
                if scale is not None and team.number == 0:
                    tree.values[:] *= scale
            for output, values in enumerate(tree.values, start=first_output):
                self._move(team, training.raw[output], n_leaves, tree, values)
            if self.linear and team.number == 0:
                self.linear.of_trees.append(self.linear.models)

    def _grow(self, team, plan, training, turns, trees):
        add = add_symmetric_trees if plan.is_symmetric else add_trees
        own, constraints = self.own[team.number], plan.constraints[turns.first % len(plan.constraints)]
        core = self.data, self.field, own, plan.criterion, plan.growth, constraints
        add(team, training, plan.objective.loss, *core, turns, trees)

    def _complete(self, team, plan, training, output, tree, n_leaves):
        """Give leaves the values or the models that no histogram tells."""
        if plan.objective.is_refined:
            self._refine(team, plan, training, n_leaves, tree.values[0])
            arrive(team)
        if self.linear:
            leaves = self.own[team.number].leaves[:n_leaves]
            self.linear.fit(team, plan, training, output, tree, leaves, self._rows_of)

    def _move(self, team, raw, n_leaves, tree, values):
        """Move the raw predictions of an output, (n_samples,): of the rows that a tree is grown on, and of the others.

        `values`, (n_nodes,), are those of the output; no leaves: the rows that it is grown on have moved.
        """
        kept, words = self.field.kept, tree.words.reshape(-1)
        inside = raw, self.field.rows, self.own[team.number].leaves, n_leaves, values
        outside = raw, self.data, kept, tree.nodes, words, values
        if self.linear:
            move_by_models(team, *inside, self.linear.models, self.linear.X)
            if kept.size:
                walk_by_models(team, *outside, self.linear.models, self.linear.X)
            return
        if n_leaves:
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

"""Linear leaves (Shi et al. 2019, "Gradient boosting with piece-wise linear regression trees").

A leaf's model f(x) = b + sum_j c_j (x_j - m_j) is one of the numeric features that the cuts on the way to the leaf use
and that vary in it.  With the means m_j of these, weighted by the hessians, it minimises

    sum_i (g_i f(x_i) + 1/2 h_i f(x_i)^2) + l2/2 (b^2 + sum_j c_j^2) + l1 |b| + RIDGE/2 sum_j A_jj c_j^2,

    A_jk = sum_i h_i (x_ij - m_j) (x_ik - m_k),

over the leaf's rows i that have finite values of all these features.  Around the means the intercept and the slopes are
independent of each other, so b is the value of a constant leaf, with its bounds, and no penalty depends on where a
feature has its 0.  Trees are linear from the first round on.
"""

import math

import numpy as np

from skensemble._compile import kernel, part
from skensemble._team import CHUNK, arrive, meet
from skensemble.boosting.gradients import write_gradients
from skensemble.boosting.updates import leaf_of
from skensemble.growing.leaf_models import new_models, value_in_leaf
from skensemble.records import LEAF

RIDGE = 1e-6  # by which the sums of squares are lengthened, so that features which are copies share their slope
ROWS_PER_FEATURE, EXTRA_ROWS = 2, 10  # that a leaf needs for a model


class LinearLeaves:
    """Fits the models of the leaves of one tree after the other.

    Parameters
    ----------
    X : (n_samples, n_features) float64
        The training data.
    is_categorical : (n_features,) bool
    n_nodes : int
        The most nodes of a tree.

    Attributes
    ----------
    models : LeafModels
        Of the last tree, with room for the most nodes: a thread that is stopped early may look at any.
    of_trees : list of LeafModels
        Of trees that nobody has taken yet.
    """

    def __init__(self, X, is_categorical, n_nodes):
        self.X, self.is_categorical = np.ascontiguousarray(X, np.float64), is_categorical
        self.n_nodes, self.models, self._found, self.of_trees = n_nodes, new_models(n_nodes), [], []
        self.gradients, self.hessians = np.empty((2, len(X)))

    def fit(self, team, plan, training, output, tree, leaves, rows_of):
        """Fit the models of a tree that has grown; what each thread of a team does.

        Parameters
        ----------
        team : Team
        plan : BoostingPlan
        training : Training
            Before the tree moves its raw predictions.
        output : int
        tree : BoostedTree
        leaves : (n_leaves,) OPEN_LEAF
        rows_of : callable
            Gives the rows of leaf i, (n_rows,) uint32, in an order that does not depend on the threads.
        """
        arrive(team)
        first, stop = team.share(len(self.X))
        write_gradients(training, plan.objective.loss, output, first, stop, self.gradients, self.hessians)
        if team.number == 0:
            self._found = []
        arrive(team)
        parents, features = ways_to(tree.nodes[: max(2 * len(leaves) - 1, 1)], self.is_categorical)
        for i in range(team.number, len(leaves), team.size):
            number = int(leaves[i]["number"])
            if features[number]:
                model = self._model(plan, rows_of(i), features[number], *tree.values[0, [number, parents[number]]])
                if model is not None:
                    self._found.append((number, *model))
        arrive(team)
        if team.number == 0:
            self.models = new_models(self.n_nodes, self._found)
        arrive(team)

    def _model(self, plan, rows, features, constant, origin):
        """Return the intercept, the features and the coefficients of a leaf, or None where it stays constant.

        Parameters
        ----------
        plan : BoostingPlan
        rows : (n_rows,) uint32
            Changed in place.
        features : list of int
        constant, origin : float
            The values of the leaf and of its parent, as the tree has them.
        """
        criterion, rate = plan.criterion, plan.growth.learning_rate
        constant, origin = constant / rate, origin / rate
        features = np.array([feature for feature in features if varies(self.X, rows, feature)], np.int32)
        n_rows, n_features = keep_finite(self.X, rows, features), len(features)
        if n_features == 0 or n_rows < ROWS_PER_FEATURE * n_features + EXTRA_ROWS:
            return None
        rows, pairs = rows[:n_rows], (self.gradients, self.hessians)
        means, slopes = np.zeros((2, n_features))
        matrix, sums = np.zeros((n_features, n_features)), np.zeros(2)
        if not find_slopes(self.X, rows, features, *pairs, criterion.l2, sums, means, matrix, slopes):
            return None
        center = criterion.free_value(*sums.tolist())
        if criterion.path_smoothing > 0.0:
            center = (center * n_rows + origin * criterion.path_smoothing) / (n_rows + criterion.path_smoothing)
        change = change_of_objective(self.X, rows, features, *pairs, means, slopes, center, constant)
        penalty = 0.5 * criterion.l2 * (np.sum(slopes * slopes) + center**2 - constant**2)
        penalty += criterion.l1 * (abs(center) - abs(constant))
        intercept = center - np.sum(slopes * means)
        if not (change + penalty < 0.0 and np.isfinite(intercept)):
            return None
        return rate * intercept, features, rate * slopes


def ways_to(nodes, is_categorical):
    """Return the parent of each node of a tree, and the numeric features of the cuts on the way to it, ascending.

    Parameters
    ----------
    nodes : (n_nodes,) NODE
        Parents come before their children.
    is_categorical : (n_features,) bool
    """
    lefts, rights, cuts = (nodes[name].tolist() for name in ("left", "right", "feature"))
    parents = [0] * len(nodes)
    features: list[list[int]] = [[] for _ in lefts]
    for number, feature in enumerate(cuts):
        if lefts[number] != LEAF:
            new = set() if is_categorical[feature] else {feature}
            for child in (lefts[number], rights[number]):
                parents[child], features[child] = number, sorted(new.union(features[number]))
    return parents, features


@kernel
def varies(X, rows, feature):
    """Whether the finite values of a feature differ among some rows."""
    first = math.nan
    for row in rows:
        x = X[row, feature]
        if math.isfinite(x):
            if x != first and not math.isnan(first):
                return True
            first = x
    return False


@kernel
def keep_finite(X, rows, features):
    """Move the rows that have finite values of all features to the front, in their order; returns their number."""
    n_kept = 0
    for row in rows:
        is_finite = True
        for feature in features:
            is_finite &= math.isfinite(X[row, feature])
        if is_finite:
            rows[n_kept] = row
            n_kept += 1
    return n_kept


@kernel
def find_slopes(X, rows, features, gradients, hessians, l2, sums, means, matrix, slopes):
    """Find the slopes of a leaf around its means; returns whether there is one solution.

    Parameters
    ----------
    X : (n_samples, n_features) float64
    rows : (n_rows,) uint32
    features : (n_terms,) int32
    gradients, hessians : (n_samples,) float64
    l2 : float
    sums : (2,) float64, zeros
        Where the sums of the gradients and the hessians are written.
    means, slopes : (n_terms,) float64, zeros
        Where they are written.
    matrix : (n_terms, n_terms) float64, zeros
        Work space.
    """
    for row in rows:
        sums[0] += gradients[row]
        sums[1] += hessians[row]
        for j in range(features.size):
            means[j] += hessians[row] * X[row, features[j]]
    if not sums[1] > 0.0:
        return False
    for j in range(features.size):
        means[j] /= sums[1]
    for row in rows:
        gradient, hessian = gradients[row], hessians[row]
        for j in range(features.size):
            x = X[row, features[j]] - means[j]
            slopes[j] -= gradient * x
            for k in range(j + 1):
                matrix[j, k] += hessian * x * (X[row, features[k]] - means[k])
    for j in range(features.size):
        matrix[j, j] += RIDGE * matrix[j, j] + l2
    return solve(matrix, slopes)


@part
def solve(matrix, right):
    """Put the solution of a symmetric positive definite system in the place of its right side, by Cholesky.

    Of the matrix the lower half is read, and becomes the factor.  Returns False where a pivot is not positive.
    """
    n = right.size
    for j in range(n):
        for k in range(j + 1):
            rest = matrix[j, k]
            for i in range(k):
                rest -= matrix[j, i] * matrix[k, i]
            if k < j:
                matrix[j, k] = rest / matrix[k, k]
            elif rest > 0.0 and math.isfinite(rest):
                matrix[j, j] = math.sqrt(rest)
            else:
                return False
    for j in range(n):
        for i in range(j):
            right[j] -= matrix[j, i] * right[i]
        right[j] /= matrix[j, j]
    for j in range(n - 1, -1, -1):
        for i in range(j + 1, n):
            right[j] -= matrix[i, j] * right[i]
        right[j] /= matrix[j, j]
    return True


@kernel
def change_of_objective(X, rows, features, gradients, hessians, means, slopes, center, constant):
    """How much more the second-order objective of some rows is by a model than by a constant, without penalties."""
    change = 0.0
    for row in rows:
        value = center
        for j in range(features.size):
            value += slopes[j] * (X[row, features[j]] - means[j])
        change += (value - constant) * (gradients[row] + 0.5 * hessians[row] * (value + constant))
    return change


@kernel
def move_by_models(team, raw, rows, leaves, n_leaves, values, models, X):
    """Add what the leaves say of the thread's rows to their raw predictions; see `updates.move_predictions`."""
    meet(team)
    for i in range(n_leaves):
        number = leaves[i]["number"]
        for k in range(leaves[i]["start"], leaves[i]["stop"]):
            row = np.int64(rows[k])
            raw[row] += value_in_leaf(models, values, number, X, row)


@kernel
def walk_by_models(team, raw, data, kept, nodes, words, values, models, X):
    """Do the same for those of the thread's rows that the tree is not grown on; see `updates.walk_rows`."""
    for first in range(team.number * CHUNK, raw.size, team.size * CHUNK):
        for row in range(first, min(first + CHUNK, raw.size)):
            if kept[row] == 0:
                raw[row] += value_in_leaf(models, values, leaf_of(data, nodes, words, row), X, row)

"""A forest's trees grow side by side: a tree to a thread."""

from functools import partial

import joblib
import numpy as np

from skensemble._random import draw_tree_seeds
from skensemble._threads import run_in_threads
from skensemble.growing.plan import Workspaces, grow
from skensemble.trees.pruning import pruned
from skensemble.trees.stack import TreeStack

SMALL_WORK = 50_000  # rows times features times trees that one thread does sooner than two


def tree_seeds(seed, first, n_trees):
    """Return the seeds of trees first, first + 1, ... of an ensemble, (n_trees,) int64: their random states."""
    seeds = np.empty(n_trees, np.int64)
    draw_tree_seeds(np.uint64(seed), first, seeds)
    return seeds


def grow_trees(
    plan, data, targets, seeds, weights_of, *, n_threads, stop, ccp_alpha=0.0, progress=None, workspaces=None
):
    """Grow trees.

    Parameters
    ----------
    plan : TreePlan
    data : RankedFeatures
    targets : (n_samples, n_outputs) float64
    seeds : sequence of int
    weights_of : callable
        From a seed to the weights (n_samples,) of the rows, or None.
    n_threads : int
    stop : StopFlag
        Trees end early when it is set, and what then is returned is not to be used.
    ccp_alpha : float, default=0.0
    progress : callable, default=None
        Called with the number of trees that are ready and that of all trees.
    workspaces : Workspaces, default=None
        Used for this plan and these data only; None: new ones.

    Returns
    -------
    TreeStack
    """

    def grow_one(seed, workspace=None):
        grown = grow(plan, data, targets, weights_of(seed), seed, stop.array, workspace)
        return pruned(grown, ccp_alpha) if ccp_alpha > 0.0 else grown

    def grow_into(stack, number, seed):
        with workspaces.lent() as workspace:
            stack.put(number, grow_one(seed, workspace))

    backend, _ = joblib.parallel.get_active_backend(prefer="threads")
    if n_threads > 1 and not getattr(backend, "supports_sharedmem", False):
        # The user has asked for processes; what they get of the large arrays are maps that are private, so writable.
        grown = joblib.Parallel(n_jobs=n_threads, mmap_mode="c")(joblib.delayed(grow_one)(int(seed)) for seed in seeds)
        return TreeStack.of(grown)
    work = len(targets) * len(data.is_categorical) * len(seeds)
    stack, workspaces = TreeStack(len(seeds)), Workspaces() if workspaces is None else workspaces
    tasks = [partial(grow_into, stack, number, int(seed)) for number, seed in enumerate(seeds)]
    is_small = work < SMALL_WORK
    run_in_threads(tasks, 1 if is_small else n_threads, stop, interruptible=not is_small, progress=progress)
    return stack

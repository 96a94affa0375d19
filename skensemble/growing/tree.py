"""One tree, from ranked features and weighted samples: the entries from Python into the core."""

from skensemble._compile import kernel, part
from skensemble._random import mix
from skensemble.growing.best_first import grow_best_first
from skensemble.growing.depth_first import grow_depth_first
from skensemble.growing.nodes import N_NODES


@kernel
def grow_tree_depth_first(task, growth, seed, stop_flag):
    """Grow a tree depth first until it is finished or an array of `growth` is full.

    Parameters
    ----------
    task : Task
        What to grow it from; its samples are reordered.
    growth : Growth
        The tree so far.
    seed : uint64
        The tree's random state.
    stop_flag : (1,) int64
        The tree ends early, incomplete, when it is no longer 0.
    """
    find_positions(task, growth)
    grow_depth_first(task, growth, mix(seed), stop_flag)


@kernel
def grow_tree_best_first(task, growth, seed, stop_flag):
    """Grow a tree best first; otherwise as `grow_tree_depth_first`."""
    find_positions(task, growth)
    grow_best_first(task, growth, mix(seed), stop_flag)


@part
def find_positions(task, growth):
    """Note where each row is among the samples, before a tree grows on sparse features."""
    if task.data.is_sparse and growth.sizes[N_NODES] == 0:
        for position in range(task.samples.index.size):
            task.desk.positions[task.samples.index[position]] = position

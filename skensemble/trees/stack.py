"""Trees that are ready, put one behind the other."""

import threading

import numpy as np

_HEADROOM = 1.1  # of the first tree's size times the number of trees; pages that nobody writes on cost nothing,
_MOST_AT_ONCE = 1 << 20  # but systems do not promise any number of them: nodes up to which there is room at once


class TreeStack:
    """The arrays of several trees in common arrays, in the order of their numbers, whenever each is ready.

    A tree whose turn it is is copied at once, from wherever it has grown; others wait as copies of their own.  To make
    new memory costs as much as a tenth of growing, so each byte is written once where one thread grows all.

    Parameters
    ----------
    n_trees : int
    """

    def __init__(self, n_trees):
        self.n_trees = n_trees
        self.starts, self.category_starts, self.sets, self.models = [0], [0], [np.zeros(0, np.uint64)], []
        self.nodes = self.values = None
        self._waiting = {}
        self._lock = threading.Lock()

    @classmethod
    def of(cls, grown):
        """Return the stack of a list of `GrownTree`s."""
        stack = cls(len(grown))
        stack.nodes = np.concatenate([_as_bytes(tree.nodes) for tree in grown]).view(grown[0].nodes.dtype)
        stack.values = np.concatenate([tree.values for tree in grown])
        stack.sets += [tree.categories for tree in grown if len(tree.categories)]
        stack.starts += np.cumsum([len(tree.nodes) for tree in grown]).tolist()
        stack.category_starts += np.cumsum([len(tree.categories) for tree in grown]).tolist()
        stack.models = [tree.models for tree in grown]
        return stack

    def put(self, number, tree):
        """Take tree `number`, a `GrownTree` whose arrays may change afterwards, but for its models."""
        with self._lock:
            if number > len(self.starts) - 1:
                self._waiting[number] = tree.copied()
                return
            self._append(tree)
            while (following := self._waiting.pop(len(self.starts) - 1, None)) is not None:
                self._append(following)

    def _append(self, tree):
        start, stop = self.starts[-1], self.starts[-1] + len(tree.nodes)
        if self.nodes is None or stop > len(self.nodes):
            estimate = int(_HEADROOM * stop / len(self.starts) * self.n_trees)
            room = min(estimate, max(2 * stop, _MOST_AT_ONCE))
            self._make_room(tree, start, max(stop, room))
        _as_bytes(self.nodes[start:stop])[:] = _as_bytes(tree.nodes)
        self.values[start:stop] = tree.values
        self.starts.append(stop)
        self.models.append(tree.models)
        if len(tree.categories):
            self.sets.append(tree.categories.copy())
        self.category_starts.append(self.category_starts[-1] + len(tree.categories))

    def _make_room(self, tree, n, size):
        nodes, values = np.empty(size, tree.nodes.dtype), np.empty((size, *tree.values.shape[1:]))
        if n:
            _as_bytes(nodes[:n])[:] = _as_bytes(self.nodes[:n])
            values[:n] = self.values[:n]
        self.nodes, self.values = nodes, values


def _as_bytes(nodes):
    return nodes.view(np.uint8)  # NumPy copies records one by one

"""Dropout of trees (Rashmi and Gilad-Bachrach 2015, "DART").

A round is grown on what some of the earlier rounds, drawn at random, leave.  With k rounds left out its trees count
1 / (k + learning rate) as much, and those k / (k + learning rate): together they are as large as the k were.
"""

import numpy as np

from skensemble._random import DROPOUT, draw_units
from skensemble._team import arrive
from skensemble.boosting.updates import walk_rows

NONE = np.zeros(0, np.uint8)


class Dropout:
    """Leaves out earlier rounds.

    Parameters
    ----------
    rate : float
        With which probability a round is left out.
    learning_rate : float
    data : BinnedFeatures
    raw : (n_outputs, n_samples) float64

    Attributes
    ----------
    rounds : list of list of BoostedTree
        The trees of each round.
    rescaled : list of (int, float)
        Rounds whose values have been multiplied, and by what.
    before : list of (BoostedTree, (n_nodes,) float64)
        Trees whose values are about to be multiplied, and these values.
    """

    def __init__(self, rate, learning_rate, data, raw):
        self.rate, self.learning_rate, self.data, self.raw = rate, learning_rate, data, raw
        self.rounds, self.rescaled, self.before = [], [], []

    def leave_out(self, team, key):
        """Take the trees of some rounds out of the raw predictions; returns the numbers of the rounds.

        What each thread of a team does.
        """
        units = np.empty(len(self.rounds))
        draw_units(key, DROPOUT, units)
        dropped = np.flatnonzero(units < self.rate)
        for number in dropped:
            self._add(team, number, -1.0)
        return dropped

    def scale_of_new(self, n_dropped):
        """Return by what the values of new trees are multiplied."""
        return 1.0 / (n_dropped + self.learning_rate) if n_dropped else 1.0

    def put_back(self, team, dropped):
        """Put the trees back at a smaller scale."""
        if not len(dropped):
            return
        factor = len(dropped) / (len(dropped) + self.learning_rate)
        for number in dropped:
            self._add(team, number, factor)
        arrive(team)  # who scales them must be the last one to read them
        if team.number == 0:
            for number in dropped:
                for tree in self.rounds[number]:
                    self.before.append((tree, tree.values.copy()))
                    tree.values[:] *= factor
            self.rescaled += [(int(number), factor) for number in dropped]
        arrive(team)

    def undo(self):
        """Give trees the values that they had before rounds that are lost by an interrupt."""
        while self.before:
            tree, values = self.before.pop()
            tree.values[:] = values

    def _add(self, team, number, factor):
        for first, tree in enumerate(self.rounds[number]):
            words = tree.words.reshape(-1)
            for output, values in enumerate(tree.values, start=first):
                walk_rows(team, self.raw[output], self.data, NONE, tree.nodes, words, values, factor)

"""The trees of an ensemble: as estimators, and as what a warm start adds to."""

import warnings

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skensemble.estimators.growth_parameters import as_seed
from skensemble.estimators.inputs import EncodedInputMixin
from skensemble.forests.growing import tree_seeds
from skensemble.trees.trees import Trees


class TreeEnsemble(EncodedInputMixin):
    """An ensemble whose trees lie packed in one place.

    A class says in `_as_estimator` what one of its trees is as an estimator.
    """

    _trees: Trees
    _tree_seeds: np.ndarray  # (n_trees,) int64: the random states of the trees; of no length while a fit begins anew
    _estimators: list  # the trees that have been asked for so far

    def _seeds_of_new_trees(self):
        """Return the seeds of the trees that a fit has to grow; without warm start it forgets those that there are."""
        if not (self.warm_start and "_trees" in vars(self)):
            self._seed, self._tree_seeds, self._estimators = as_seed(self.random_state), np.zeros(0, np.int64), []
        n_kept = len(self._tree_seeds)
        n_new = self.n_estimators - n_kept
        if n_new < 0:
            raise ValueError(
                f"n_estimators={self.n_estimators} must be larger or equal to len(estimators_)={n_kept} when "
                "warm_start==True"
            )
        if n_new == 0:
            warnings.warn("Warm-start fitting without increasing n_estimators does not fit new trees.", stacklevel=5)
        return tree_seeds(self._seed, n_kept, n_new)

    def _add_trees(self, trees, seeds):
        """Put new `Trees` behind those that there are."""
        self._trees = self._trees + trees if len(self._tree_seeds) else trees
        self._tree_seeds = np.concatenate([self._tree_seeds, seeds])

    @property
    def estimators_(self):
        """The trees as estimators, list: views on the arrays of the ensemble."""
        check_is_fitted(self)
        n_known = len(self._estimators)
        if n_known < len(self._trees):
            new = [self._as_estimator(index) for index in range(n_known, len(self._trees))]
            self._estimators = [*self._estimators, *new]
        return self._estimators

    def __len__(self):
        """Return the number of trees."""
        return len(self.estimators_)

    def __getitem__(self, index):
        """Return a tree as an estimator."""
        return self.estimators_[index]

    def __iter__(self):
        """Return an iterator over the trees as estimators."""
        return iter(self.estimators_)

    def __getstate__(self):
        state = super().__getstate__()
        # The views share arrays with the ensemble, which a pickle would repeat.
        return {**state, "_estimators": []} if "_estimators" in state else state

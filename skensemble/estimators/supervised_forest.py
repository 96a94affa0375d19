"""What forests that predict a target have in common: permutation importance on out-of-bag rows."""

from scipy.sparse import issparse
from sklearn.base import is_classifier
from sklearn.utils import Bunch

from skensemble._threads import resolve_n_jobs
from skensemble.estimators.forest import BaseForest
from skensemble.estimators.growth_parameters import as_seed
from skensemble.estimators.targets import as_columns
from skensemble.forests.out_of_bag import permutation_importances


class SupervisedForest(BaseForest):
    """A forest that predicts a target."""

    def _loss_of_leaves(self, y):
        """Return the function from rows and the values of their leaves to the mean loss."""
        raise NotImplementedError

    def out_of_bag_permutation_importance(self, X, y, *, n_repeats=5, random_state=None):
        """Return how much worse the trees predict out-of-bag rows when a feature is permuted among them.

        Parameters
        ----------
        X : {array-like, sparse matrix, data frame} of shape (n_samples, n_features)
            The training data that `fit` was called with.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The targets that `fit` was called with.
        n_repeats : int, default=5
            Permutations of each feature in each tree.
        random_state : int, RandomState instance or None, default=None
            Seed of the permutations.

        Returns
        -------
        result : Bunch
            `importances`, ndarray of shape (n_features, n_repeats): mean increase of the error rate, or of the squared
            error, over the trees; `importances_mean` and `importances_std`, ndarray of shape (n_features,).

        Raises
        ------
        ValueError
            The forest has no out-of-bag rows, or X has another number of rows than the training data.

        References
        ----------
        Breiman 2001, "Random forests", section 10.
        """
        X = self._validate_X_predict(X)
        if self._bootstrap is None:
            raise ValueError("permutation importance needs out-of-bag rows: fit with bootstrap=True")
        if X.shape[0] != self._n_samples:
            raise ValueError(f"X has {X.shape[0]} rows, but the forest was fitted on {self._n_samples}")
        y = as_columns(y, X, self, is_numeric=not is_classifier(self))
        importances = permutation_importances(
            self._trees,
            self._tree_seeds,
            self._bootstrap,
            X.toarray() if issparse(X) else X,
            self._loss_of_leaves(y),
            n_repeats,
            as_seed(random_state),
            resolve_n_jobs(self.n_jobs),
        )
        return Bunch(
            importances=importances,
            importances_mean=importances.mean(axis=1),
            importances_std=importances.std(axis=1),
        )

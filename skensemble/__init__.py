"""Tree ensembles for scikit-learn, on one CART core written in Numba."""

from skensemble.estimators.decision_tree import DecisionTreeClassifier, DecisionTreeRegressor
from skensemble.estimators.embedding import RandomTreesEmbedding
from skensemble.estimators.extra_tree import ExtraTreeClassifier, ExtraTreeRegressor
from skensemble.estimators.extra_trees import ExtraTreesClassifier, ExtraTreesRegressor
from skensemble.estimators.hist_gradient_boosting import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from skensemble.estimators.isolation_forest import IsolationForest
from skensemble.estimators.random_forest import RandomForestClassifier, RandomForestRegressor

__version__ = "0.1.0.dev0"

__all__ = [
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "ExtraTreeClassifier",
    "ExtraTreeRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
    "HistGradientBoostingClassifier",
    "HistGradientBoostingRegressor",
    "IsolationForest",
    "RandomForestClassifier",
    "RandomForestRegressor",
    "RandomTreesEmbedding",
]

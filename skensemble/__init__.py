"""Tree ensembles for scikit-learn, on one CART core written in Numba."""

from skensemble.estimators.ada_boost import AdaBoostClassifier
from skensemble.estimators.ada_boost_regressor import AdaBoostRegressor
from skensemble.estimators.bagging import BaggingClassifier, BaggingRegressor
from skensemble.estimators.decision_tree import DecisionTreeClassifier, DecisionTreeRegressor
from skensemble.estimators.embedding import RandomTreesEmbedding
from skensemble.estimators.ensemble_selection import GreedyEnsembleSelector
from skensemble.estimators.extra_tree import ExtraTreeClassifier, ExtraTreeRegressor
from skensemble.estimators.extra_trees import ExtraTreesClassifier, ExtraTreesRegressor
from skensemble.estimators.gradient_boosting import GradientBoostingClassifier, GradientBoostingRegressor
from skensemble.estimators.hist_gradient_boosting import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from skensemble.estimators.isolation_forest import IsolationForest
from skensemble.estimators.random_forest import RandomForestClassifier, RandomForestRegressor
from skensemble.estimators.stacking import StackingClassifier, StackingRegressor
from skensemble.estimators.voting import VotingClassifier, VotingRegressor

__version__ = "0.1.0.dev0"

__all__ = [
    "AdaBoostClassifier",
    "AdaBoostRegressor",
    "BaggingClassifier",
    "BaggingRegressor",
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "ExtraTreeClassifier",
    "ExtraTreeRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
    "GradientBoostingClassifier",
    "GradientBoostingRegressor",
    "GreedyEnsembleSelector",
    "HistGradientBoostingClassifier",
    "HistGradientBoostingRegressor",
    "IsolationForest",
    "RandomForestClassifier",
    "RandomForestRegressor",
    "RandomTreesEmbedding",
    "StackingClassifier",
    "StackingRegressor",
    "VotingClassifier",
    "VotingRegressor",
]

"""The rounds of a booster's fit as the world outside of kernels sees them: scores, callbacks, time, interrupts."""

import time
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skensemble._threads import StopFlag
from skensemble.callbacks import Round
from skensemble.estimators.early_stopping import Monitor, ScoredRows, scorer_of, small_part
from skensemble.estimators.progress import round_progress

SECONDS_OF_STEP = 0.05  # of rounds between two looks at the world outside of kernels


class Rounds:
    """Lets a booster go on until a limit is reached.

    Parameters
    ----------
    estimator : BaseHistGradientBoosting
        Which is being fitted.
    booster : Booster
    rows : TrainingRows
    held_out : HeldOut or None
    validation : TrainingRows or None
        What `held_out` holds.
    context : sklearn.callback.CallbackContext
        Of the fit.

    Attributes
    ----------
    grown : list of GrownTree
        The trees so far, without those of a fit before.
    told : dict
        What scikit-learn's callbacks are told of the data.
    """

    def __init__(self, estimator, booster, rows, held_out, validation, context):
        self.estimator, self.booster, self.held_out = estimator, booster, held_out
        self.context = context if hasattr(estimator, "_skl_callbacks") else None
        self.told = {"X": rows.source, "y": rows.y, "metadata": {"sample_weight": rows.weight}}
        self.grown, self.n_rounds = [], booster.n_rounds
        self.monitor = Monitor(estimator, estimator.train_score_, estimator.validation_score_)
        self.scored: list[ScoredRows] = []
        self.scorer = scorer_of(estimator) if estimator.do_early_stopping_ else None
        self.callbacks = list(estimator.callbacks or ())
        if self.scorer is not None:
            train = (rows.source, rows.y, rows.weight)
            self.scored.append(small_part(estimator, train, booster.training.raw, estimator._seed))
            if held_out is not None:
                raw = held_out.training.raw
                self.scored.append(ScoredRows(validation.source, validation.y, validation.weight, raw))
        self._note_complete()

    def run(self):
        """Boost until `max_iter`, a score that no longer improves, `max_time`, a callback, or an interrupt ends it."""
        try:
            self._run()
        except KeyboardInterrupt:
            if self.estimator.on_interrupt == "raise":
                raise
            self._drop_incomplete()
            warnings.warn(
                f"The fit was interrupted after {self.n_rounds} of {self.estimator.max_iter} rounds, which are kept.",
                ConvergenceWarning,
                stacklevel=7,  # the caller of `fit`
            )

    def _run(self):
        estimator, stop = self.estimator, StopFlag()
        deadline = np.inf if estimator.max_time is None else time.perf_counter() + estimator.max_time
        is_last = estimator.do_early_stopping_ and self.n_rounds == 0 and self._record()
        n_step = 1
        with round_progress(estimator.verbose, estimator.max_iter) as progress:
            while self.n_rounds < estimator.max_iter and not is_last:
                begin = time.perf_counter()
                self._begin_round()
                new = self.booster.boost(min(n_step, estimator.max_iter - self.n_rounds), stop)
                self.grown += new
                self.n_rounds = self.booster.n_rounds
                if estimator.do_early_stopping_:
                    is_last = self._record(new)
                self._note_complete()
                is_last |= self._end_round() or time.perf_counter() > deadline
                if not (self.callbacks or self.context is not None or estimator.do_early_stopping_):
                    seconds = max((time.perf_counter() - begin) / n_step, 1e-6)
                    n_step = max(1, int(SECONDS_OF_STEP / seconds))
                if progress is not None:
                    progress(self.n_rounds, self.booster, self)

    def _begin_round(self):
        if self.context is not None:
            self.task = self.context.subcontext(task_name="round")
            self.task.call_on_fit_task_begin(estimator=self.estimator, **self.told)
        if not self.callbacks:
            return
        this_round = Round(self.n_rounds, self.estimator.learning_rate, self._model, self._last_scores())
        for callback in self.callbacks:
            callback(this_round)
        self.booster.set_learning_rate(this_round.learning_rate)

    def _end_round(self):
        """Tell the callbacks; returns whether one of them ends the fit."""
        is_last = self.context is not None and self.task.call_on_fit_task_end(
            estimator=self.estimator, **self.told, reconstruction_attributes=lambda: fitted_attributes(self._model())
        )
        if not self.callbacks:
            return is_last
        rate = self.booster.plan.growth.learning_rate
        this_round = Round(self.n_rounds - 1, rate, self._model, self._last_scores(), is_over=True)
        answers = [callback(this_round) for callback in self.callbacks]  # all of them see it
        return is_last or any(isinstance(answer, (bool, np.bool_)) and bool(answer) for answer in answers)

    def _last_scores(self):
        """Return the last scores, None where there is none; a warm start may bring some that are not of this fit."""
        if not self.estimator.do_early_stopping_:
            return None, None
        return tuple(values[-1] if values else None for values in self._values())

    def _note_complete(self):
        """Note that all rounds so far have their scores."""
        self.complete = len(self.grown), self.n_rounds, [len(values) for values in self._values()]

    def _drop_incomplete(self):
        """Leave out a round whose scores an interrupt has cut off."""
        if self.booster.dropout:
            return  # it has changed earlier trees for the round
        n_trees, self.n_rounds, lengths = self.complete
        del self.grown[n_trees:]
        for values, length in zip(self._values(), lengths, strict=True):
            del values[length:]

    def _model(self):
        """Return a fitted copy of the estimator, without callbacks, so that it pickles whatever they are."""
        model = object.__new__(type(self.estimator))
        vars(model).update({name: each for name, each in vars(self.estimator).items() if not _is_of_callbacks(name)})
        model.callbacks = None
        self.finish(model)
        return model

    def finish(self, model):
        """Give an estimator the trees and the scores."""
        model._add(self.grown)
        model.train_score_, model.validation_score_ = (np.array(values) for values in self._values())
        model._set_best_iteration()

    def _values(self):
        """The scores of the training and the validation rows, one before the first round and one after each."""
        return self.monitor.train_scores, self.monitor.validation_scores

    def _record(self, new=()):
        """Take the scores of a round; without new trees, those before the first one. Returns whether it is the last."""
        estimator = self.estimator
        if self.held_out is not None and new:
            for trees in (new, self.booster.changed_trees()):
                if trees:
                    self.held_out.add(trees, estimator._n_categories)
        if self.scorer is None:
            loss = self.booster.plan.objective.loss
            scores = [-self.booster.loss()] + ([-self.held_out.loss(loss)] if self.held_out else [])
        else:
            scores = [each.score(estimator, self.scorer) for each in self.scored]
        return self.monitor.record(*scores)


def fitted_attributes(model):
    """Return what a fitted estimator has beside its parameters and its callbacks."""
    parameters = model.get_params(deep=False)
    return {name: value for name, value in vars(model).items() if name not in parameters and not _is_of_callbacks(name)}


def _is_of_callbacks(name):
    """Whether an attribute is what scikit-learn keeps for its callbacks."""
    return name.startswith("_") and ("callback" in name or "_ctx" in name)

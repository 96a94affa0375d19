"""Callbacks of the histogram boosters: functions that see each round, and may change or end the fit.

A callback is called with a `Round` before each round and after it, and ends the fit by returning True after one.
"""

import os
import pickle
import tempfile
from pathlib import Path

__all__ = ["Checkpoint", "LearningRateSchedule", "Round"]


class Round:
    """A round of boosting, as callbacks see it.

    Parameters
    ----------
    number : int
        Of the round, from 0.
    learning_rate : float
        Of the round; a callback may set it before the round begins.
    model : callable
        Makes a fitted copy of the estimator.
    scores : (float or None, float or None)
        Of the training and the validation samples.
    is_over : bool, default=False
        False: it is about to begin; True: its trees are grown.

    Attributes
    ----------
    train_score, validation_score : float or None
        After the last round that is over, higher is better; None where early stopping does not ask for them.
    """

    def __init__(self, number, learning_rate, model, scores=(None, None), *, is_over=False):
        self.number, self.learning_rate, self.is_over = number, learning_rate, is_over
        self.train_score, self.validation_score = scores
        self._model = model

    def model(self):
        """Copy the estimator with the rounds so far.

        Returns
        -------
        model : object
            It is fitted, and has no callbacks.
        """
        return self._model()


class LearningRateSchedule:
    """Sets the learning rate of each round.

    Parameters
    ----------
    schedule : callable
        From the number of a round, from 0, to its learning rate.

    Examples
    --------
    >>> from skensemble import HistGradientBoostingRegressor
    >>> from skensemble.callbacks import LearningRateSchedule
    >>> model = HistGradientBoostingRegressor(callbacks=[LearningRateSchedule(lambda number: 0.3 * 0.98**number)])
    """

    def __init__(self, schedule):
        self.schedule = schedule

    def __call__(self, this_round):
        """Set the rate of a round that is about to begin."""
        if not this_round.is_over:
            this_round.learning_rate = float(self.schedule(this_round.number))


class Checkpoint:
    """Writes the model so far to a file.

    The file is a pickle, replaced as a whole.  To go on to the same bits: load it, and fit it with `warm_start=True` on
    the same data.

    Parameters
    ----------
    path : path-like
        Of the file.
    every : int, default=10
        Rounds between two writes.
    """

    def __init__(self, path, every=10):
        if every < 1:
            raise ValueError(f"every={every!r} has to be at least 1.")
        self.path, self.every = Path(path), every

    def __call__(self, this_round):
        """Write the model after every so many rounds."""
        if not this_round.is_over or (this_round.number + 1) % self.every:
            return
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                pickle.dump(this_round.model(), file)
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

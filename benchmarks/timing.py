"""Fair timings: contenders take turns in one process, the order rotates, and medians count.

Quality is taken in the same turn as time, since a time means nothing beside a worse model. Where the system
tells (Linux), a turn also notes how many cores other processes kept busy: believe turns near 0.
"""

import gc
import os
import pickle
import time
from pathlib import Path

import numpy as np

_SETTLE_SECONDS = 0.02  # threads of an OpenMP library spin for a while after their work
_FINEST_SECONDS = 0.2  # the system counts by hundredths of a second
_STAT = Path("/proc/stat")


def rotated(items, turn):
    """The items in the order of a turn: each turn begins one further.

    Examples
    --------
    >>> rotated(["a", "b", "c"], 1)
    ['b', 'c', 'a']
    """
    items = list(items)
    first = turn % len(items)
    return items[first:] + items[:first]


def race(actions, *, least_turns=3, most_turns=15, seconds=2.5, clock=time.perf_counter):
    """Let contenders take turns until the time is used.

    Parameters
    ----------
    actions : mapping from str to callable
        Contender -> function of the turn's number that returns a dict of numbers. Every contender has every
        turn, so a seed made from the turn is the same for all.
    least_turns, most_turns : int, default=3, 15
        Bounds of the number of turns, whatever the time.
    seconds : float, default=2.5
        No turn begins after so much time.
    clock : callable, default=time.perf_counter
        The present time in seconds.

    Returns
    -------
    dict from str to list of dict
        Contender -> its turns' numbers, in the order of turns.
    """
    turns = {name: [] for name in actions}
    start = clock()
    for turn in range(most_turns):
        if turn >= least_turns and clock() - start > seconds:
            break
        for name in rotated(actions, turn):
            gc.collect()
            time.sleep(_SETTLE_SECONDS)
            turns[name].append(actions[name](turn))
    return turns


def medians(turns):
    """The median of each number over a contender's turns; None where a turn lacks it.

    Examples
    --------
    >>> medians([{"fit_seconds": 1.0}, {"fit_seconds": 4.0}, {"fit_seconds": 2.0}])
    {'fit_seconds': 2.0}
    """
    return {
        name: None if any(turn[name] is None for turn in turns) else float(np.median([turn[name] for turn in turns]))
        for name in turns[0]
    }


def timed(action):
    """Call an action.

    Returns
    -------
    result
        Of the action.
    seconds : float
        Wall time.
    others : float or None
        Mean number of cores that other processes kept busy meanwhile; None where the system does not tell, or
        not finely enough for so short a time.
    """
    busy_before, own_before, start = _busy_seconds(), time.process_time(), time.perf_counter()
    result = action()
    seconds = time.perf_counter() - start
    own, busy = time.process_time() - own_before, _busy_seconds()
    if busy is None or seconds < _FINEST_SECONDS:
        return result, seconds, None
    return result, seconds, max(0.0, busy - busy_before - own) / seconds


def _busy_seconds():
    """Seconds of processor time that the whole machine has spent working."""
    try:
        user, nice, system, _, _, interrupt, soft_interrupt, stolen = _STAT.read_text().split()[1:9]
    except OSError:
        return None
    ticks = sum(map(int, (user, nice, system, interrupt, soft_interrupt, stolen)))
    return ticks / os.sysconf("SC_CLK_TCK")


def latencies(actions, *, n_calls=200):
    """Median seconds of one call of each action, called in alternation after a few calls that do not count.

    Parameters
    ----------
    actions : mapping from str to callable
        Contender -> function of the call's number.
    n_calls : int, default=200
        Counted calls of each.

    Returns
    -------
    dict from str to float
    """
    seconds = {name: [] for name in actions}
    for call in range(-5, n_calls):
        for name in rotated(actions, call):
            start = time.perf_counter()
            actions[name](call)
            if call >= 0:
                seconds[name].append(time.perf_counter() - start)
    return {name: float(np.median(values)) for name, values in seconds.items()}


def pickled_bytes(model):
    """Size of a model as it is stored or sent to a worker."""
    return len(pickle.dumps(model, protocol=pickle.HIGHEST_PROTOCOL))

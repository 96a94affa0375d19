"""A team: threads that run one kernel together and wait for each other in it.

Every thread enters the same kernel once, with its own number, and the threads meet at a barrier made of one atomic
counter.  Nothing is pooled between runs: there is nothing to rebuild in a forked process, and two teams at once cannot
starve each other.
"""

from typing import NamedTuple

import numpy as np

from skensemble._compile import kernel, part, record
from skensemble._intrinsics import atomic_add, atomic_load, offer_core
from skensemble._threads import run_in_threads

CHUNK = 1024  # rows in one piece that a thread of a team owns
N_SPINS = 2000  # some microseconds of polling before a waiting thread offers its core to others
_LINE = 8  # int64 in a cache line


@record
class Team(NamedTuple):
    """The view of one thread of a team."""

    number: int  # of this thread
    size: int
    arrivals: np.ndarray  # (1,) int64: at all meetings so far, by all threads
    meetings: np.ndarray  # (size * 8,) int64: of each thread, a cache line each
    stop: np.ndarray  # (1,) int64: not 0 once a thread has failed or nobody wants the result any more

    def share(self, n_items):
        """The first item of this thread's share, and the one after the last."""
        return self.number * n_items // self.size, (self.number + 1) * n_items // self.size


def run_team(function, size, stop, *arguments):
    """Call `function(team, *arguments)` on as many threads as the team has, and wait for them.

    Parameters
    ----------
    function : callable
        A kernel; what it leaves behind is of no use once the flag is set.
    size : int
    stop : StopFlag
        Set when a thread fails; who waits for it goes on.

    Raises
    ------
    BaseException
        What a thread has raised, or KeyboardInterrupt.
    """
    arrivals, meetings = np.zeros(1, np.int64), np.zeros(size * _LINE, np.int64)
    tasks = [
        lambda number=number: function(Team(number, size, arrivals, meetings, stop.array), *arguments)
        for number in range(size)
    ]
    run_in_threads(tasks, size, stop, interruptible=size > 1)


def one_of(team):
    """Return a team of the caller alone, which is stopped when his team is."""
    return team._replace(number=0, size=1)


@part
def meet(team):
    """Wait until every thread of the team is here, or the team has been stopped.

    Each thread adds one to the arrivals, so the k-th meeting is complete when there are k times as many arrivals as
    threads.  The counter only grows: there is nothing to reset.
    """
    if team.size == 1:
        return
    team.meetings[team.number * _LINE] += 1
    expected = team.size * team.meetings[team.number * _LINE]
    if atomic_add(team.arrivals, 0, 1) + 1 == expected:
        return
    n_spins = 0
    while atomic_load(team.arrivals, 0) < expected and atomic_load(team.stop, 0) == 0:
        n_spins += 1
        if n_spins > N_SPINS:  # more threads than cores: to poll would keep the others from arriving
            offer_core()


@kernel
def arrive(team):
    """`meet`, for threads that are in Python."""
    meet(team)

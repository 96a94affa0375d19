"""Threads of a team wait for each other, and for nobody once the team has been stopped."""

import time

import numpy as np
import pytest

from skensemble._compile import kernel
from skensemble._team import Team, meet, run_team
from skensemble._threads import StopFlag


@kernel
def count_in_turns(team, n_turns, turns, seen):
    """Each thread adds to its own count; between two meetings all see what all have counted."""
    for _ in range(n_turns):
        turns[team.number] += 1
        meet(team)
        for thread in range(team.size):
            seen[team.number] += turns[thread]
        meet(team)


@kernel
def wait(team):
    meet(team)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_all_have_arrived_when_anybody_goes_on(size):
    turns, seen, n = np.zeros(size, np.int64), np.zeros(size, np.int64), 200

    run_team(count_in_turns, size, StopFlag(), n, turns, seen)

    assert turns.tolist() == [n] * size
    assert seen.tolist() == [size * n * (n + 1) // 2] * size


def test_a_thread_that_fails_leaves_nobody_waiting():
    def fail_or_wait(team):
        if team.number == 1:
            raise RuntimeError("thread 1")
        wait(team)

    start = time.monotonic()
    with pytest.raises(RuntimeError, match="thread 1"):
        run_team(fail_or_wait, 3, StopFlag())

    assert time.monotonic() - start < 30


def test_the_shares_of_a_team_are_all_there_is():
    shares = [Team(number, 3, np.zeros(1), np.zeros(1), np.zeros(1)).share(10) for number in range(3)]

    assert shares == [(0, 3), (3, 6), (6, 10)]

"""The heap gives the largest priority first, and of equal ones the lowest item."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skensemble.arrays.heap import pop, push
from tests.core import entry

pytestmark = pytest.mark.nojit

push_entry = entry(push)
pop_entry = entry(pop)

POP = None
priorities = st.sampled_from([0.0, 0.5, 1.0, 2.5, np.inf])  # equal ones are frequent


@given(steps=st.lists(st.one_of(st.just(POP), priorities), max_size=60))
def test_entries_leave_in_order_however_they_came(steps):
    heap_priorities, items = np.empty(len(steps)), np.empty(len(steps), np.int64)
    expected, n = [], 0
    for item, priority in enumerate(steps):
        if priority is not POP:
            push_entry(heap_priorities, items, n, priority, item)
            expected.append((-priority, item))
            n += 1
        elif n > 0:
            pop_entry(heap_priorities, items, n)
            n -= 1
            first = min(expected)
            expected.remove(first)
            assert (-heap_priorities[n], items[n]) == first
            assert sorted(zip(-heap_priorities[:n], items[:n], strict=True)) == sorted(expected)

"""A binary heap on arrays: the largest priority is on top; of equal ones the item that is lower."""

from skensemble._compile import part


@part
def comes_before(priorities, items, i, j):
    """Whether entry i belongs above entry j."""
    return priorities[i] > priorities[j] or (priorities[i] == priorities[j] and items[i] < items[j])


@part
def swap(priorities, items, i, j):
    """Exchange two entries."""
    priorities[i], priorities[j] = priorities[j], priorities[i]
    items[i], items[j] = items[j], items[i]


@part
def push(priorities, items, n, priority, item):
    """Add an entry to a heap of n; the arrays have room for it."""
    at = n
    priorities[at] = priority
    items[at] = item
    while at > 0 and comes_before(priorities, items, at, (at - 1) >> 1):
        swap(priorities, items, at, (at - 1) >> 1)
        at = (at - 1) >> 1


@part
def pop(priorities, items, n):
    """Move the top of a heap of n entries to place n - 1; the first n - 1 are a heap again."""
    n -= 1
    swap(priorities, items, 0, n)
    at = 0
    while True:
        child = 2 * at + 1
        if child >= n:
            break
        if child + 1 < n and comes_before(priorities, items, child + 1, child):
            child += 1
        if not comes_before(priorities, items, child, at):
            break
        swap(priorities, items, at, child)
        at = child

"""What makes two kernels the same, and what makes a kernel unfit for the cache."""

from collections import namedtuple

import numpy as np
import pytest

from skensemble._compile import record
from skensemble._digest import Digest, UndigestibleError
from skensemble._lanes import Lanes, lanes

pytestmark = pytest.mark.nojit


def digest(value):
    result = Digest()
    result.add(value)
    return result.hexdigest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ("1", b"1"),
        ((1, 2), (1, (2,))),
        (("a", "bc"), ("ab", "c")),
        (np.float32(1), np.float64(1)),
        (np.ones(2), np.ones(3)),
        (np.ones((2, 3)), np.asfortranarray(np.ones((2, 3)))),
        (np.dtype([("a", "i4"), ("b", "i8")]), np.dtype([("a", "i4"), ("b", "i8")], align=True)),
        (np.sum, np.prod),
        (len, max),
        (np.float32, np.float64),
    ],
)
def test_different_constants_differ(one, other):
    assert digest(one) == digest(one)
    assert digest(one) != digest(other)


def test_sets_have_no_order():
    assert digest(frozenset(["a", "b", "c"])) == digest(frozenset(["c", "b", "a"]))


@pytest.mark.parametrize("value", [object(), [1], {}, np.array([None]), ValueError("x"), "".join, pytest.raises])
def test_what_has_no_lasting_meaning_is_refused(value):
    with pytest.raises(UndigestibleError):
        digest(value)


def test_a_class_that_no_process_can_import_is_refused():
    local = record(namedtuple("Local", "x", module=__name__))

    with pytest.raises(UndigestibleError):
        digest(local)


def test_a_type_of_ours_is_what_its_operators_were_made_from(monkeypatch):
    """Lanes stand for the functions behind their operators, which no kernel names."""
    before = digest(lanes)
    monkeypatch.setattr(Lanes, "defined_by", (*Lanes.defined_by, "fmul"))

    assert digest(lanes) != before

"""Small pickles: what follows from the rest is left out, the rest goes into the shortest types that hold it exactly."""

import numpy as np

from skensemble.growing.leaf_models import LeafModels
from skensemble.records import LEAF, NODE, UNDEFINED

_INTEGERS = (np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.int64)
_EVERYWHERE = ("weighted_n_node_samples", "n_node_samples")
_INNER = (
    "right",
    "threshold",
    "gain",
    "feature",
    "category_offset",
    "missing_go_to_left",
)  # a leaf's are known
_INDICES = ("node_starts", "category_starts", "n_categories", "n_classes")


def packed(trees):
    """Return the state of `Trees` for a pickle."""
    nodes = trees.nodes
    is_inner = nodes["left"] != LEAF
    state = {name: _narrowed(nodes[name]) for name in _EVERYWHERE}
    state |= {name: _narrowed(nodes[name][is_inner]) for name in _INNER}
    state |= {name: _narrowed(getattr(trees, name)) for name in (*_INDICES, "categories")}
    state["is_inner"] = np.packbits(is_inner)
    left = nodes["left"][is_inner]
    state["left"] = None if np.array_equal(left, _left_of_preorder(is_inner, trees.node_starts)) else _narrowed(left)
    is_impure = nodes["impurity"] != 0.0
    state["is_impure"] = np.packbits(is_impure)
    state["impurity"] = _narrowed(nodes["impurity"][is_impure])
    if trees.models is not None:
        state["models"] = tuple(_narrowed(column) for column in trees.models)
    return state | _packed_values(trees.values, nodes["weighted_n_node_samples"])


def unpacked(state):
    """Return the attributes of `Trees` from their state."""
    n = len(state["n_node_samples"])
    attributes = {name: state[name].astype(np.int64) for name in _INDICES}
    nodes = np.zeros(n, NODE)
    is_inner = np.unpackbits(state["is_inner"], count=n).astype(bool)
    is_impure = np.unpackbits(state["is_impure"], count=n).astype(bool)
    for name, value in (("left", LEAF), ("right", LEAF), ("feature", UNDEFINED), ("threshold", UNDEFINED)):
        nodes[name] = value
    nodes["category_offset"] = -1
    for name in _EVERYWHERE:
        nodes[name] = state[name]
    for name in _INNER:
        nodes[name][is_inner] = state[name]
    left = state["left"]
    nodes["left"][is_inner] = _left_of_preorder(is_inner, attributes["node_starts"]) if left is None else left
    nodes["impurity"][is_impure] = state["impurity"]
    values = _unpacked_values(state, nodes["weighted_n_node_samples"])
    return attributes | {
        "nodes": nodes,
        "values": values,
        "categories": state["categories"].astype(np.uint64),
        "models": _unpacked_models(state.get("models")),
    }


def _left_of_preorder(is_inner, node_starts):
    """The left children of inner nodes, where each follows its parent."""
    first = np.repeat(node_starts[:-1], np.diff(node_starts))
    return (np.arange(len(is_inner)) - first + 1)[is_inner]


def _packed_values(values, weights):
    """Shares of classes as class weights, whole numbers more often than not, if that brings every bit back."""
    if values.shape[2] > 1:
        counts = np.rint(values * weights[:, np.newaxis, np.newaxis])
        for form in ("class_weights", "second_class_weights"):
            kept = counts if form == "class_weights" else counts[:, :, 1:]
            candidate = {form: _narrowed(kept)}
            if np.array_equal(_unpacked_values(candidate, weights), values):
                return candidate
    return {"values": _narrowed(values)}


@np.errstate(invalid="ignore", divide="ignore")  # a node may have no weight, whose values are kept as they are
def _unpacked_values(state, weights):
    weights = weights[:, np.newaxis, np.newaxis]
    if "class_weights" in state:
        return state["class_weights"] / weights
    if "second_class_weights" in state:
        shares = state["second_class_weights"] / weights
        return np.concatenate([1.0 - shares, shares], axis=2)
    return state["values"].astype(np.float64)


def _unpacked_models(columns):
    if columns is None:
        return None
    dtypes = (np.int64, np.float64, np.int32, np.float64)
    return LeafModels(*(column.astype(dtype) for column, dtype in zip(columns, dtypes, strict=True)))


def _narrowed(column):
    """Return an array in the shortest type that holds its values exactly."""
    if column.size and not (column.dtype.kind == "f" and np.any(np.signbit(column) & (column == 0))):
        with np.errstate(invalid="ignore", over="ignore"):
            for candidate in (*_INTEGERS, np.float32):
                short = column.astype(candidate)
                if np.array_equal(short.astype(column.dtype), column, equal_nan=column.dtype.kind == "f"):
                    return short
    return np.ascontiguousarray(column)

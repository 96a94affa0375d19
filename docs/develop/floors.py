"""Draws the floors of the package from the contract in setup.cfg that import-linter checks."""

import configparser
from pathlib import Path

import matplotlib.pyplot as plt

import skensemble

PACKAGE = Path(skensemble.__file__).parent
MEANINGS = {
    "__main__": "commands",
    "estimators": "scikit-learn's classes: validation, parameters",
    "boosting": "rounds, by a team of threads",
    "forests": "bootstrap, out-of-bag rows",
    "callbacks": "what sees the rounds",
    "trees": "prediction, paths, importances, pruning",
    "growing": "which node is opened next; the partition",
    "splitting": "candidates, and the gate that all of them pass",
    "criteria": "what a split is worth",
    "objectives": "losses and their derivatives",
    "binning": "values to codes",
    "_team": "threads that wait for each other",
    "_threads": "threads",
    "_random": "hashed draws",
    "records": "what kernels take",
    "arrays": "sorting, bitsets, heap, codes of floats",
    "_lanes": "eight floats as one",
    "_compile": "the door to Numba",
    "_intrinsics": "instructions that Numba lacks",
    "_cache": "machine code on disk",
    "_digest": "what it was made from",
    "_references": "records by their address",
}


def read_floors():
    """Return the floors from the top down, each a list of the modules that exist."""
    parser = configparser.ConfigParser()
    parser.read(PACKAGE.parent / "setup.cfg")
    lines = parser["importlinter:contract:floors"]["layers"].split("\n")
    floors = [[name.strip().strip("()") for name in line.split("|")] for line in lines if line]
    found = [[name for name in floor if list(PACKAGE.glob(f"{name}*"))] for floor in floors]
    return [floor for floor in found if floor]


floors = read_floors()
figure, ax = plt.subplots(figsize=(9, 0.75 * len(floors)), layout="constrained")
for height, floor in enumerate(reversed(floors)):
    width = 1 / len(floor)
    for place, name in enumerate(floor):
        left = place * width
        ax.add_patch(plt.Rectangle((left + 0.004, height + 0.06), width - 0.008, 0.82, facecolor="C0", alpha=0.15))
        ax.text(left + width / 2, height + 0.6, name, ha="center", va="center", weight="bold")
        ax.text(left + width / 2, height + 0.28, MEANINGS[name], ha="center", va="center", fontsize=8)
ax.set(xlim=(-0.03, 1), ylim=(0, len(floors)))
ax.annotate("", (-0.015, 0.1), (-0.015, len(floors) - 0.1), arrowprops={"arrowstyle": "->", "color": "0.4"})
ax.set_axis_off()
plt.show()

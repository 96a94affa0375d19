"""The pictures of the report, as SVG that follows the colours and the font of the page around it."""

import io
import re

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_curve

from benchmarks.demo.contenders import LIBRARIES, OURS
from benchmarks.demo.flights import FIRST_TEST_MONTH

COLORS = dict(zip(LIBRARIES, ("#4f7cff", "#f28e2b", "#2aa198", "#b05cc6"), strict=True))
INK, LINE = "#010203", "#040506"  # stand for the page's colours of text and of rules until the SVG is written
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CALIBRATION_BINS = 10

_STYLE = {
    "font.size": 10,
    "svg.fonttype": "none",  # text stays text, in the page's font
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
}


def race(measurements):
    """Bars of fit time, prediction time, model size and AUC, a row for each contender.

    Parameters
    ----------
    measurements : sequence of Measurement
        Grouped already.

    Returns
    -------
    str
        SVG.
    """
    panels = (
        ("Fit, s", [each.fit_seconds for each in measurements], "{:.1f}", 0),
        ("Predict 100k flights, s", [1e5 / each.rows_per_second for each in measurements], "{:.2f}", 0),
        ("Model, MB", [each.model_bytes / 1e6 for each in measurements], "{:.1f}", 0),
        ("AUC (0.5 is chance)", [each.auc for each in measurements], "{:.3f}", 0.5),
    )
    rows, headings = _grouped_rows(measurements)
    colors = [COLORS[each.contender.library] for each in measurements]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(11, 0.34 * (rows[-1] + 2)), layout="constrained")
        axes = figure.subplots(1, len(panels), sharey=True)
        for axis, (title, values, template, start) in zip(axes, panels, strict=True):
            bars = axis.barh(rows, np.subtract(values, start), left=start, height=0.72, color=colors)
            axis.bar_label(bars, [template.format(value) for value in values], padding=3, fontsize=9)
            axis.set(title=title, xlim=(start, start + 1.25 * (max(values) - start)))
            axis.grid(axis="y", visible=False)
            axis.tick_params(axis="y", length=0)
        axes[0].set_yticks(rows, [each.contender.library for each in measurements])
        for row, group in headings:
            axes[0].annotate(group, (0, row), (-6, 0), xycoords=("axes fraction", "data"),
                             textcoords="offset points", ha="right", va="center", weight="bold")  # fmt: skip
        axes[0].invert_yaxis()
        return _svg(figure)


def _grouped_rows(measurements):
    """Heights of the bars, and height and text of the headings that stand above the first of each group."""
    rows, headings, row = [], [], 0.0
    for index, each in enumerate(measurements):
        if index == 0 or each.contender.group != measurements[index - 1].contender.group:
            row += 0.4 if index else 0
            headings.append((row, each.contender.group))
            row += 1
        rows.append(row)
        row += 1
    return rows, headings


def curves(measurements, y_test):
    """Calibration above receiver operating characteristic, a column for each group.

    Parameters
    ----------
    measurements : sequence of Measurement
    y_test : array-like of shape (n_test,)

    Returns
    -------
    str
        SVG.
    """
    groups = list(dict.fromkeys(each.contender.group for each in measurements))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(2.75 * max(4, len(groups)), 6.6), layout="constrained")
        axes = figure.subplots(2, len(groups), sharey="row", squeeze=False)
        highest = 0.0
        for each in measurements:
            calibration, characteristic = axes[:, groups.index(each.contender.group)]
            share, mean = calibration_curve(y_test, each.late_probability, n_bins=CALIBRATION_BINS, strategy="quantile")
            highest = max(highest, *share, *mean)
            line = {"color": COLORS[each.contender.library], "label": each.contender.library, "lw": 1.8}
            line["zorder"] = 3 if each.contender.library == OURS else 2
            calibration.plot(mean, share, marker="o", markersize=4, **line)
            wrong, right, _ = roc_curve(y_test, each.late_probability)
            at = np.linspace(0, 1, 101)
            characteristic.plot(at, np.interp(at, wrong, right), **line)
        for column, group in enumerate(groups):
            calibration, characteristic = axes[:, column]
            for axis, end in ((calibration, 1.05 * highest), (characteristic, 1)):
                axis.plot([0, end], [0, end], color=INK, alpha=0.35, lw=1, ls=(0, (4, 3)), zorder=1)
                axis.set(xlim=(0, end), ylim=(0, end))
                axis.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
                axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            calibration.set(title=group, xlabel="predicted probability")
            calibration.legend(loc="upper left")
            characteristic.set(xlabel="on-time flights called late", xticks=(0.2, 0.4, 0.6, 0.8))
        axes[0, 0].set_ylabel("late indeed")
        axes[1, 0].set_ylabel("late flights called late")
        return _svg(figure)


def importances(names, values):
    """Bars of the loss of AUC when a column is shuffled, the largest first, with the spread over repeats.

    Parameters
    ----------
    names : sequence of str of length n_features
    values : ndarray of shape (n_features, n_repeats)

    Returns
    -------
    str
        SVG.
    """
    mean, low, high = values.mean(axis=1), values.min(axis=1), values.max(axis=1)
    order = np.argsort(-mean)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(7, 0.26 * len(order) + 0.8), layout="constrained")
        axis = figure.subplots()
        axis.barh(range(len(order)), mean[order], height=0.7, color=COLORS[OURS])
        axis.hlines(range(len(order)), low[order], high[order], color=INK, lw=1)
        axis.set_yticks(range(len(order)), np.asarray(names)[order])
        axis.set(xlabel="loss of AUC", ylim=(len(order) - 0.4, -0.6))
        axis.grid(axis="y", visible=False)
        axis.tick_params(axis="y", length=0)
        return _svg(figure)


def late_share(shares):
    """The share of late flights by month and scheduled hour in colours, and a line where the test begins.

    Parameters
    ----------
    shares : DataFrame
        Of `flights.late_share`.

    Returns
    -------
    str
        SVG.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(11, 4.4), layout="constrained")
        axis = figure.subplots()
        highest = np.nanquantile(shares, 0.99)
        axis.pcolormesh(shares.to_numpy(), cmap="YlOrRd", vmin=0, vmax=highest, edgecolors="none")
        for (row, column), share in np.ndenumerate(shares.to_numpy()):
            if np.isfinite(share):
                color = "#ffffff" if share > 0.7 * highest else "#222222"
                place = {"ha": "center", "va": "center", "color": color}
                axis.text(column + 0.5, row + 0.5, f"{100 * share:.0f}", **place)
        axis.axhline(list(shares.index).index(FIRST_TEST_MONTH), color=INK, lw=2)
        axis.set_xticks(np.arange(len(shares.columns)) + 0.5, [f"{hour}h" for hour in shares.columns])
        axis.set_yticks(np.arange(len(shares.index)) + 0.5, [MONTHS[month - 1] for month in shares.index])
        axis.tick_params(length=0)
        axis.set(xlabel="scheduled hour of departure")
        axis.grid(visible=False)
        axis.spines[:].set_visible(False)
        axis.invert_yaxis()
        return _svg(figure)


def _svg(figure):
    """The figure as an SVG element for inside a page: no XML head, no ids of groups, the page's colours."""
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return svg.replace(INK, "currentColor").replace(LINE, "var(--line)")

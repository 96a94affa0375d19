"""What the demo shows in the terminal: a progress bar with a line for each thing done, and the table."""

import contextlib
import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from benchmarks.demo.contenders import OURS
from benchmarks.demo.results import COLUMNS, table

console = Console()


class Steps:
    """A progress bar of a known number of steps.

    Parameters
    ----------
    total : int
        Number of steps.
    """

    def __init__(self, total):
        self._progress = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
        )
        self._total = total

    def __enter__(self):
        self._progress.start()
        self._task = self._progress.add_task("", total=self._total)
        return self

    def __exit__(self, *exception):
        self._progress.stop()

    @contextlib.contextmanager
    def step(self, description):
        """Name what runs now; when it is done, leave a line with its seconds and move the bar."""
        self._progress.update(self._task, description=description)
        start = time.perf_counter()
        yield
        console.print(f"{time.perf_counter() - start:7.1f} s  {description}", highlight=False)
        self._progress.advance(self._task)


def print_table(measurements):
    """Print the table of results; the best of each group is bold, our rows are coloured."""
    text = Table(title="Test flights, at equal parameters; bold: the best of its group", title_justify="left")
    text.add_column("")
    for column in COLUMNS:
        text.add_column(column.heading, justify="right", no_wrap=True)
    for group, rows in table(measurements).items():
        text.add_section()
        text.add_row(group, style="dim")
        for row in rows:
            library = row.measurement.contender.library
            figures = zip(row.cells, row.is_best, strict=True)
            cells = (f"[bold]{cell}[/]" if is_best else cell for cell, is_best in figures)
            text.add_row(f"  {library}", *cells, style="cyan" if library == OURS else None)
    console.print(text)


def print_end(seconds, path):
    """Say how long it took and where the report lies."""
    console.print(f"{seconds:.0f} s in all. The report: {path.as_uri()}", soft_wrap=True, highlight=False)

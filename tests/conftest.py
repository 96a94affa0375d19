"""What every test shares: Hypothesis's settings, a quiet Matplotlib, and the count of compiled kernels."""

import matplotlib
import pytest
from hypothesis import settings

from skensemble._compile import compiled_signatures

WORKER_KEY = "compiled_signatures"
PACKAGE = "skensemble."

matplotlib.use("agg")

# No deadline: the first example of a test may wait for the compiler. The same examples every time.
settings.register_profile("suite", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("suite")

_signatures_by_process = []


def pytest_sessionfinish(session):
    """Note the package's kernels in this process; a worker of pytest-xdist sends them to its controller."""
    counts = compiled_signatures().items()
    signatures = {name: int(count) for name, count in counts if count and name.startswith(PACKAGE)}
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[WORKER_KEY] = signatures
    else:
        _signatures_by_process.append(signatures)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take the kernels that a worker has sent; one that crashed has sent none."""
    _signatures_by_process.append(getattr(node, "workeroutput", {}).get(WORKER_KEY, {}))


def pytest_terminal_summary(terminalreporter):
    """Print the kernels of the whole run: a kernel counts as often as in the process that has most of it."""
    most = {}
    for signatures in _signatures_by_process:
        for name, count in signatures.items():
            most[name] = max(count, most.get(name, 0))
    terminalreporter.section("compiled kernels")
    terminalreporter.line(f"{len(most)} kernels with {sum(most.values())} signatures")
    repeated = sorted(((count, name) for name, count in most.items() if count > 1), reverse=True)
    for count, name in repeated[:10]:
        terminalreporter.line(f"{count:>6}  {name}")

"""The command line."""

import platform

import joblib
import pytest

import skensemble
from skensemble.__main__ import main


def test_info_tells_what_a_report_of_a_bug_should_tell(capsys):
    main(["info"])

    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert rows["skensemble"] == skensemble.__version__
    assert rows["python"].startswith(platform.python_version())
    assert rows["cores"].startswith(f"{joblib.cpu_count()} ")
    assert rows["n_jobs=-1"] == f"{joblib.cpu_count()} threads"
    assert rows["kernels"] == "compiled"
    assert rows["cache"].endswith(" MB)")
    assert {"numpy", "scipy", "scikit-learn", "numba", "joblib", "processor"} <= rows.keys()


def test_warmup_fits_every_class(capsys, monkeypatch):
    monkeypatch.setenv("SKENSEMBLE_QUIET", "1")

    main(["warmup", "--jobs", "2"])

    *fits, summary = capsys.readouterr().out.splitlines()
    assert summary.split()[1] == "kernels"
    without_kernels = {"GreedyEnsembleSelector", "StackingClassifier", "StackingRegressor"}
    without_kernels |= {"VotingClassifier", "VotingRegressor"}
    for name in set(skensemble.__all__) - without_kernels:
        assert any(name + "(" in line for line in fits), name


@pytest.mark.nojit
def test_warmup_has_nothing_to_do_without_the_compiler(capsys, monkeypatch):
    monkeypatch.setattr("skensemble._compile.is_compiled", lambda: False)

    main(["warmup"])

    assert capsys.readouterr().out == "Kernels are not compiled: NUMBA_DISABLE_JIT is set.\n"


@pytest.mark.nojit
@pytest.mark.parametrize("arguments", [[], ["cook"]])
def test_other_commands_are_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)

    assert "usage: python -m skensemble" in capsys.readouterr().err

"""Where machine code is kept, and that whatever is wrong there costs time only."""

import os
from pathlib import Path

import pytest

from skensemble._cache import Cache, of_module

KERNELS = """
@kernel
def scaled(x):
    return 2.0 * x

@kernel
def total(x):
    return scaled(x) + 1.0
"""
CALL = "kernels.total(3.0)"


@pytest.fixture
def package(package):
    package.write("kernels", KERNELS)
    return package


@pytest.fixture
def no_folder(tmp_path):
    """Return the path of a folder that nobody can make, not even root: its parent is a file."""
    tmp_path.joinpath("file").write_text("")
    return tmp_path / "file" / "folder"


def in_tree(package):
    package.cache = None
    return package.root / "__pycache__"


def test_entries_lie_beside_the_package(package):
    folder = in_tree(package)

    package.evaluate(CALL)

    assert [path.parent for path in package.entries()] == [folder, folder]
    assert package.evaluate(CALL).n_compiled == 0


def test_the_folder_of_numba_is_taken_where_it_is_set(package):
    package.evaluate(CALL)

    assert [package.cache in path.parents for path in package.entries()] == [True, True]


def test_a_read_only_installation_uses_the_folder_of_the_user(package):
    in_tree(package).write_text("A file in the place of the folder.")

    assert package.evaluate(CALL).value == 7.0
    assert [package.user_cache in path.parents for path in package.entries()] == [True, True]
    assert package.evaluate(CALL).n_compiled == 0


def test_entries_that_a_read_only_installation_brings_are_taken(package, no_folder, monkeypatch):
    in_tree(package)
    package.evaluate(CALL)
    package.user_cache = no_folder

    answer = package.evaluate(CALL, "import tempfile; tempfile.TemporaryFile = lambda dir: open('/nowhere/at/all')")

    assert (answer.value, answer.n_compiled) == (7.0, 0)


def test_without_any_folder_kernels_are_compiled_in_every_process(package, no_folder):
    package.cache = no_folder

    answers = [package.evaluate(CALL) for _ in range(2)]

    assert [(answer.value, answer.n_compiled) for answer in answers] == [(7.0, 2), (7.0, 2)]
    assert "is not cached" in answers[0].said


@pytest.mark.parametrize(
    "damage",
    [lambda content: b"", lambda content: content[:-100], lambda content: content[:90] + b"?" + content[91:]],
    ids=["empty", "cut", "changed"],
)
def test_damaged_entries_are_replaced(package, damage):
    package.evaluate(CALL)
    for path in package.entries():
        path.write_bytes(damage(path.read_bytes()))

    answer = package.evaluate(CALL)

    assert (answer.value, answer.n_compiled) == (7.0, 2)
    assert package.evaluate(CALL).n_compiled == 0


def test_entries_that_cannot_be_loaded_are_replaced(package):
    package.evaluate(CALL)
    for path in package.entries():
        Cache([path.parent]).write(path.stem, b"complete, but no machine code")

    answer = package.evaluate(CALL)

    assert (answer.value, answer.n_compiled) == (7.0, 2)
    assert package.evaluate(CALL).n_compiled == 0


def test_processes_that_compile_at_once_leave_a_cache_in_order(package):
    answers = package.evaluate_at_once(4, CALL)

    assert [answer.value for answer in answers] == [7.0] * 4
    assert len(package.entries()) == 2
    assert list(package.folder.rglob("*.tmp")) == []
    assert package.evaluate(CALL).n_compiled == 0


@pytest.mark.nojit
def test_what_was_written_is_read(tmp_path):
    cache = Cache([tmp_path / "not" / "there" / "yet"])

    cache.write("sum-of-two", b"code")

    assert cache.read("sum-of-two") == b"code"
    assert cache.read("sum-of-three") is None
    assert cache.size() > 4


@pytest.mark.nojit
def test_the_first_folder_that_can_be_written_is_taken(tmp_path, no_folder):
    first, second = Cache([tmp_path / "first"]), Cache([no_folder, tmp_path / "second"])
    first.write("sum-1", b"one")
    second.write("sum-2", b"two")

    both = Cache([no_folder, tmp_path / "first", tmp_path / "second"])

    assert [both.read("sum-1"), both.read("sum-2")] == [b"one", b"two"]
    assert both.writable_folder() == tmp_path / "first"


@pytest.mark.nojit
def test_the_last_versions_are_kept(tmp_path):
    cache = Cache([tmp_path])
    cache.write("other-0", b"code")
    for version in range(20):
        cache.write(f"sum-{version}", b"code")
        os.utime(tmp_path / f"sum-{version}.nbc", (version, version))

    assert [version for version in range(20) if cache.read(f"sum-{version}")] == list(range(12, 20))
    assert cache.read("other-0") == b"code"


@pytest.mark.nojit
def test_a_full_disk_is_no_error(tmp_path, monkeypatch):
    def fail(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    cache = Cache([tmp_path])

    cache.write("sum-1", b"code")

    assert cache.read("sum-1") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.nojit
@pytest.mark.parametrize("name", ["__main__", "builtins", "no.such.module"])
def test_what_has_no_file_has_no_cache(name, tmp_path):
    assert of_module(name, str(tmp_path), str(tmp_path)) is None


@pytest.mark.nojit
def test_a_package_has_one_cache():
    folders = [of_module(name, "", "user").folders for name in ("numba.core.types", "numba.core.caching")]

    assert folders[0] == folders[1]
    assert folders[0][0].parts[-2:] == ("numba", "__pycache__")

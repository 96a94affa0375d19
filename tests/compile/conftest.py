import pytest

from tests.compile.fresh import Package


@pytest.fixture
def package(tmp_path):
    return Package(tmp_path)

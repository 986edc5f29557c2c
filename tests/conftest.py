"""No test touches the history of whoever runs the tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _a_data_folder_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    before = os.environ.get("REALTIME_CLI_DATA_DIR")
    folder = tmp_path_factory.mktemp("data")
    os.environ["REALTIME_CLI_DATA_DIR"] = str(folder)
    yield folder
    if before is None:
        del os.environ["REALTIME_CLI_DATA_DIR"]
    else:
        os.environ["REALTIME_CLI_DATA_DIR"] = before

"""What every test stands on."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the project; a test that reads it skips where the folder is absent."""
    if not SHARED.is_dir():
        pytest.skip("the development data folder ../shared is not on this machine")
    return SHARED

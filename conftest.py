"""What every test stands on: the shared data's folder, guarded tables that tests may empty, no network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import TransactionTestCase

from alcaide.common import guards

SHARED = Path(__file__).resolve().parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the project; a test that reads it skips where the folder is absent."""
    if not SHARED.is_dir():
        pytest.skip("the development data folder ../shared is not on this machine")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def _installation() -> None:
    from alcaide.project import home  # noqa: PLC0415  reads ALCAIDE_HOME, set above

    home.current().prepare()


@pytest.fixture(autouse=True)
def _light_settings(settings) -> None:
    """Cheap passwords, and static files without a build."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session", autouse=True)
def _flush_lifts_the_guards() -> Iterator[None]:
    """Tables that only grow refuse to be emptied between tests; lift their guards around Django's flush."""
    emptied = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        with guards.lifted():
            emptied(case)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = emptied

"""What every test stands on: the shared data's folder, guarded tables that tests may empty, no network."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import TransactionTestCase

from alcaide.common import clock, guards
from alcaide.common.purging import guard
from alcaide.common.tests import houses

ROOT = Path(__file__).resolve().parent
SHARED = ROOT.parent / "shared"
# Frames between a statement and whoever asked for it.
NOT_ASKED = frozenset({Path(__file__), Path(guard.__file__)})


# Their tests price a whole portfolio or draw whole pages, one after another; the usual suite runs them, the fast one
# keeps under a minute without.
BY_THE_USUAL_SUITE = frozenset({
    "src/alcaide/assets/tests/test_asset_list.py",
    "src/alcaide/assets/tests/test_sheets.py",
    "src/alcaide/assets/tests/test_views.py",
    "src/alcaide/assets/tests/test_weighing.py",
    "src/alcaide/board/tests/test_audit.py",
    "src/alcaide/board/tests/test_changed.py",
    "src/alcaide/board/tests/test_many.py",
    "src/alcaide/board/tests/test_services.py",
    "src/alcaide/board/tests/test_views.py",
    "src/alcaide/board/tests/test_year.py",
    "src/alcaide/common/tests/test_jobs_people.py",
    "src/alcaide/controls/tests/test_tests.py",
    "src/alcaide/controls/tests/test_views.py",
    "src/alcaide/engine/tests/test_belief.py",
    "src/alcaide/engine/tests/test_plan.py",
    "src/alcaide/exposure/tests/test_decisions.py",
    "src/alcaide/exposure/tests/test_fix_first.py",
    "src/alcaide/exposure/tests/test_packages.py",
    "src/alcaide/exposure/tests/test_pages.py",
    "src/alcaide/exposure/tests/test_port_words.py",
    "src/alcaide/exposure/tests/test_ports.py",
    "src/alcaide/exposure/tests/test_pressure.py",
    "src/alcaide/exposure/tests/test_shared.py",
    "src/alcaide/intake/tests/test_shared.py",
    "src/alcaide/organization/tests/test_people_list.py",
    "src/alcaide/organization/tests/test_people_sheet.py",
    "src/alcaide/organization/tests/test_records.py",
    "src/alcaide/organization/tests/test_staff.py",
    "src/alcaide/organization/tests/test_views.py",
    "src/alcaide/risk/tests/test_drift.py",
    "src/alcaide/risk/tests/test_due.py",
    "src/alcaide/risk/tests/test_jobs.py",
    "src/alcaide/risk/tests/test_levels.py",
    "src/alcaide/risk/tests/test_library.py",
    "src/alcaide/risk/tests/test_pricing.py",
    "src/alcaide/risk/tests/test_runs.py",
    "src/alcaide/risk/tests/test_together.py",
    "src/alcaide/risk/tests/test_tolerances.py",
    "src/alcaide/risk/tests/test_views.py",
    "src/alcaide/risk/tests/test_views_more.py",
    "src/alcaide/risk/tests/test_views_runs.py",
    "tests/security/test_answers.py",
    "tests/security/test_fetching.py",
    "tests/security/test_requests.py",
    "tests/test_every_address.py",
    "tests/test_list_pages.py",
    "tests/test_masked_names.py",
    "tests/test_matrix.py",
    "tests/test_monitor_pages.py",
    "tests/test_monitors.py",
    "tests/test_offline.py",
    "tests/test_talk.py",
    "tests/test_translatable.py",
    "tests/test_two_pairs_of_eyes.py",
    "tests/test_walls.py",
})  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the usual suite what takes long as a whole; say who needs the tables laid."""
    for item in items:
        if "foundation" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)
        if item.path.relative_to(ROOT).as_posix() in BY_THE_USUAL_SUITE:
            item.add_marker(pytest.mark.slow)
    # Workers take whole modules, in this order: what takes long begins first, so that both end together.
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[houses.Foundation]:
    """Lay the tables once, and keep a copy before any test writes: the foundation of every house with processes."""
    with django_db_blocker.unblock(), houses.foundation(tmp_path_factory.mktemp("foundation")) as made:
        yield made


@pytest.fixture(scope="session")
def foundation(django_db_setup) -> houses.Foundation:
    """What tests with processes of their own build their houses on."""
    return django_db_setup


@pytest.fixture(scope="session")
def example(tmp_path_factory) -> Path:
    """Return a house with the example organization, for tests to copy; they leave it as it is."""
    shared = tmp_path_factory.getbasetemp()
    return houses.example(shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared)


@pytest.fixture(autouse=True)
def _in_one_zone() -> None:
    """Begin each test in the zone of the organizations that tests make, and look anew at the one it makes."""
    clock.keep("Europe/Madrid")
    clock.forget()


@pytest.fixture(autouse=True)
def _light_settings(settings) -> None:
    """Cheap passwords, no second factor unless a test asks for it, and static files without a build."""
    settings.SECOND_FACTOR_ROLES = ()
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
    guard.let_pass(lambda _table: _is_a_tests_own())
    yield
    TransactionTestCase._fixture_teardown = emptied


def _is_a_tests_own() -> bool:
    """Tell whether a statement comes from a test itself, and from no code of the house that it called."""
    frame = sys._getframe(1)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        is_ours = (ROOT in path.parents or path.parts[0] == "src") and "site-packages" not in path.parts
        if is_ours and path not in NOT_ASKED:
            return "tests" in path.parts or path.name == "conftest.py"
        frame = frame.f_back
    return True

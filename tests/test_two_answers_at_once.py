"""Two people who answer the same question at the same moment: one wins, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from alcaide.common import eyes
from alcaide.common.eyes.services import AlreadyAnswered
from alcaide.common.models import EyesRequest, User
from alcaide.organization import services as organization
from alcaide.organization.models import Appetite
from alcaide.organization.queries import root_unit
from alcaide.organization.tests.factories import make_organization, make_user


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_one_wins_and_it_is_applied_once() -> None:
    make_organization()
    chief, both = make_user("chief"), [make_user("executive"), make_user("executive")]
    row = organization.ask_appetite(chief, unit=root_unit(), limit_minor=9_00, currency="EUR", chance=0.1, note="May")
    start = Barrier(2)

    def answer(user: User) -> str:
        try:
            start.wait(timeout=10)
            return eyes.approve(user, row).state
        except AlreadyAnswered:
            return "told"
        finally:
            connections.close_all()

    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("a database in memory is not shared by threads")
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, both)) == ["approved", "told"]
    assert Appetite.objects.count() == 1
    assert EyesRequest.objects.get().state == "approved"

"""The house's own lists, asked as a browser asks them: at most twelve queries, whoever reads."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alcaide.assets.models import Asset
from alcaide.common.models import SavedView
from alcaide.organization.tests.factories import make_organization, make_unit, make_user
from alcaide.risk.models import Scenario

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def fill() -> None:
    top = make_organization()
    for unit in (top, make_unit("Plant"), make_unit("Office")):
        for number in range(30):
            Asset.objects.create(name=f"host {unit} {number}", kind="host", unit=unit)
            Scenario.objects.create(name=f"Fire {number}", area="physical", unit=unit)


@pytest.mark.parametrize("role", ["chief", "head"])
@pytest.mark.parametrize("name", ["assets", "findings", "scenarios", "measures", "people", "reports"])
def test_a_list_page_costs_at_most_twelve_queries(client, name: str, role: str) -> None:
    fill()
    user = make_user(role, unit=None if role == "chief" else make_unit("Yard"))
    for number in range(8):
        SavedView.objects.create(
            list_name=name, path="/", name=f"v{number}", owner=user, query="" if number % 2 else "text=host"
        )
    client.force_login(user)
    address = reverse(name)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    assert len(asked) <= MOST_QUERIES, [each["sql"][:150] for each in asked.captured_queries]

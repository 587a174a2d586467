"""A row named by typing: every name where they are few, the server's answer where they are many."""

import pytest
from django import forms
from django.urls import reverse

from alcaide.assets.models import Asset
from alcaide.assets.queries import asset_words, assets
from alcaide.common import picking, search
from alcaide.organization.models import Person
from alcaide.organization.tests.factories import make_organization, make_person, make_unit, make_user

from .factories import make_asset

pytestmark = pytest.mark.django_db


class NeedForm(forms.Form):
    needs = picking.NamedRow(subject_kind=Asset.SUBJECT, label_of=asset_words)


def field(user) -> str:
    form = NeedForm()
    form.fields["needs"].offer(assets(user).order_by("name", "id"))
    return str(form["needs"])


def asked(client, kind: str, typed: str) -> str:
    answer = client.get(reverse("names", args=[kind]), {"field": "owner", "owner": typed})
    assert answer.status_code == 200
    return answer.content.decode()


def test_few_names_stand_in_the_page_and_nothing_is_asked() -> None:
    make_asset("Portal")
    html = field(make_user("chief"))
    assert "Portal" in html
    assert "hx-get" not in html


def test_of_many_names_none_stands_in_the_page_and_the_server_is_asked(monkeypatch) -> None:
    monkeypatch.setattr(picking, "MOST_OFFERED", 1)
    make_asset("Portal")
    make_asset("Store")
    html = field(make_user("chief"))
    assert f'hx-get="{reverse("names", args=[Asset.SUBJECT])}?field=needs"' in html
    assert "Portal" not in html


def test_the_server_answers_with_what_was_typed_may_mean(client) -> None:
    make_organization()
    person, _other = make_person("Núria Vidal"), make_person("Bo Ruiz")
    client.force_login(make_user("chief"))
    assert f'value="Núria Vidal · {person.email}"' in asked(client, Person.SUBJECT, "nuria v")
    assert f'value="Núria Vidal · {person.email}"' in asked(client, Person.SUBJECT, f"Núria Vidal · {person.email}")
    assert "Bo Ruiz" not in asked(client, Person.SUBJECT, "nuria")
    assert "<option" not in asked(client, Person.SUBJECT, "")


def test_names_of_units_that_are_not_seen_are_not_offered(client) -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    make_asset("Secret portal", unit=there)
    make_asset("Plain portal", unit=here)
    client.force_login(make_user("analyst", unit=here))
    told = asked(client, Asset.SUBJECT, "portal")
    assert "Plain portal" in told
    assert "Secret" not in told


@pytest.mark.parametrize("common", [1, 3_000])
def test_newer_rows_of_others_do_not_hide_what_one_may_name(monkeypatch, common) -> None:
    monkeypatch.setattr(search, "BROAD", 1)
    monkeypatch.setattr(search, "COMMON", common)
    here, there = make_unit("Murcia"), make_unit("Zamora")
    ours = make_asset("Our portal", unit=here)
    for number in range(3):
        make_asset(f"Portal {number}", unit=there)
    seen = assets(make_user("analyst", unit=here))
    assert list(picking.meant(seen, "portal", kind=Asset.SUBJECT)) == [ours]


def test_who_may_not_see_a_kind_and_a_kind_that_nobody_offers_are_refused(client) -> None:
    make_organization()
    client.force_login(make_user("employee"))
    assert client.get(reverse("names", args=[Asset.SUBJECT])).status_code == 403
    assert client.get(reverse("names", args=["risk.run"])).status_code == 404


def test_an_answer_costs_the_same_however_many_there_are(client, django_assert_max_num_queries) -> None:
    for number in range(40):
        make_asset(f"Portal {number:02}")
    client.force_login(make_user("chief"))
    client.get(reverse("names", args=[Asset.SUBJECT]))
    with django_assert_max_num_queries(5):
        assert asked(client, Asset.SUBJECT, "portal").count("<option") == picking.MOST_ANSWERED

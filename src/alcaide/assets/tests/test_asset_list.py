"""The list of assets."""

import csv
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from alcaide.assets import services
from alcaide.common import registries
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user

from .factories import make_asset, make_place, make_price

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


@pytest.fixture
def analyst(client):
    client.force_login(make_user("analyst"))
    return client


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_first_day_says_what_to_do_first(analyst) -> None:
    page = text(analyst.get(reverse("assets")))
    assert "No asset yet." in page
    assert reverse("asset-new") in page


def test_it_says_how_many_there_are_and_which_costs_most(analyst) -> None:
    make_price(make_asset("mad-web-1"), 20_000_00)
    make_price(make_asset("mad-db-1"), 3_000_00)
    page = text(analyst.get(reverse("assets")))
    said = "2 assets are in use. <span>mad-web-1 costs most through its open flaws: €10–40k a year.</span>"
    assert f"<h1>{said}</h1>" in page
    assert "€20k<small>€10–40k</small>" in page


def test_an_asset_without_a_price_is_said_to_have_none(analyst) -> None:
    make_asset("goods", kind="goods")
    page = text(analyst.get(reverse("assets")))
    assert "none priced" in page
    assert "€" not in page


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"host", "data", "known"}),
        ({"view": "hosts"}, {"host", "known"}),
        ({"view": "ownerless"}, {"host", "data"}),
        ({"view": "reach"}, {"host", "data"}),
        ({"view": "retired"}, {"old"}),
        ({"kind": "data_set"}, {"data"}),
        ({"reached": "internet"}, {"known"}),
        ({"ownerless": "1"}, {"host", "data"}),
        ({"text": "198.51"}, {"known"}),
        ({"text": "server room"}, set()),
    ],
)
def test_it_is_cut_by_views_and_filters(analyst, asked: dict[str, str], expected: set[str]) -> None:
    make_asset("host")
    make_asset("data", kind="data_set")
    known = make_asset("known", owner=make_person(), reached_from="internet", place=make_place("Server room"))
    services.identify(HOUSE, known, kind="ipv4", value="198.51.100.7")
    services.retire_asset(HOUSE, make_asset("old"), opened_version=1)
    page = text(analyst.get(reverse("assets"), asked))
    shown = {name for name in ("host", "data", "known", "old") if f'/">{name}</a>' in page}
    assert shown == expected


def test_it_counts_what_it_hides(client) -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    make_asset("mine", unit=here)
    make_price(make_asset("kept-away", unit=there))
    client.force_login(make_user("analyst", unit=here))
    page = text(client.get(reverse("assets")))
    assert "1 hidden from you by the rule “outside your units”." in page
    assert "kept-away" not in page


def test_its_queries_do_not_grow_with_it(analyst, django_assert_max_num_queries, monkeypatch) -> None:
    # What other rooms count in the side bar is theirs to answer for.
    monkeypatch.setattr(registries, "nav_items", list)
    for number in range(30):
        made = make_asset(f"host-{number:02}", owner=make_person(), place=make_place())
        make_price(made, (number + 1) * 100)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert analyst.get(reverse("assets"), {"sort": "-name"}).status_code == 200


def test_a_file_of_it_holds_sums_as_numbers_and_moments_in_utc(analyst) -> None:
    asset = make_asset("host")
    asset.last_seen_at = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    asset.save()
    make_price(asset, 1_234_56)
    answer = analyst.post(reverse("assets"), {"export": "csv"})
    [row] = csv.DictReader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines())
    assert (row["Open flaws cost a year"], row["Owner"]) == ("1234.56", "")
    assert row["Last seen"] == "2026-11-23T08:00:00Z"


@pytest.mark.parametrize(("role", "status"), [("chief", 200), ("auditor", 200), ("head", 200), ("employee", 403)])
def test_who_may_open_it(client, role: str, status: int) -> None:
    make_organization()
    client.force_login(make_user(role))
    assert client.get(reverse("assets")).status_code == status
    assert client.get(reverse("places")).status_code == status

"""Pages of assets and places: who may open them, what they say, and what a form does with what is typed."""

import pytest
from django.test import Client
from django.urls import reverse

from alcaide.assets import services
from alcaide.assets.models import Asset, AssetValue, Dependency, Identifier, Place
from alcaide.organization.models import Unit
from alcaide.organization.queries import root_unit
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user

from .factories import make_asset, make_place, make_price

pytestmark = pytest.mark.django_db

READERS = ["auditor", "executive", "head"]


def signed_in(client: Client, role: str = "analyst", *, unit: Unit | None = None) -> Client:
    client.force_login(make_user(role, unit=unit))
    return client


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def asset_form(asset: Asset, **values: object) -> dict[str, object]:
    known = {"name": asset.name, "kind": asset.kind, "unit": str(asset.unit.uid), "reached_from": asset.reached_from}
    return {**known, "version": asset.version, **values}


def place_form(place: Place, **values: object) -> dict[str, object]:
    return {"name": place.name, "kind": place.kind, "unit": str(place.unit.uid), "version": place.version, **values}


def pages() -> dict[str, str]:
    asset, place = make_asset("mad-web-1"), make_place("Server room")
    of_asset = ("asset", "asset-edit", "asset-worth", "asset-identifier", "asset-need")
    return {
        **{name: reverse(name) for name in ("assets", "places", "asset-new", "place-new")},
        **{name: reverse(name, args=[asset.uid]) for name in of_asset},
        **{name: reverse(name, args=[place.uid]) for name in ("place", "place-edit")},
    }


def test_a_stranger_is_sent_to_the_sign_in_page(client) -> None:
    for path in pages().values():
        assert client.get(path)["Location"].startswith("/sign-in/"), path


@pytest.mark.parametrize("role", ["chief", "analyst"])
def test_who_changes_assets_opens_every_page(client, role: str) -> None:
    signed_in(client, role)
    for name, path in pages().items():
        assert client.get(path).status_code == 200, name


@pytest.mark.parametrize("role", READERS)
def test_who_only_reads_sees_the_pages_and_no_form(client, role: str) -> None:
    signed_in(client, role)
    for name, path in pages().items():
        reads = name in {"assets", "places", "asset", "place"}
        answer = client.get(path)
        assert answer.status_code == (200 if reads else 403), name
        assert "Take out of use" not in text(answer), name


@pytest.mark.parametrize("role", READERS)
def test_who_only_reads_is_refused_each_button(client, role: str) -> None:
    asset = make_asset()
    need = services.depend(HOUSE, asset, needs=make_asset())
    signed_in(client, role)
    for name in ("asset-retire", "asset-bring-back", "asset-identifier-remove"):
        assert client.post(reverse(name, args=[asset.uid]), {"version": 1}).status_code == 403, name
    assert client.post(reverse("asset-need-remove", args=[asset.uid, need.uid])).status_code == 403


def test_an_asset_that_is_not_ours_is_not_there(client) -> None:
    asset, place = make_asset(unit=make_unit("Zamora")), make_place(unit=Unit.objects.get(name="Zamora"))
    signed_in(client, unit=make_unit("Murcia"))
    for name in ("asset", "asset-edit", "asset-worth", "asset-identifier", "asset-need"):
        assert client.get(reverse(name, args=[asset.uid])).status_code == 404, name
    for name in ("place", "place-edit"):
        assert client.get(reverse(name, args=[place.uid])).status_code == 404, name
    assert client.post(reverse("asset-retire", args=[asset.uid]), {"version": 1}).status_code == 404


@pytest.mark.parametrize("path", ["nonsense/", "1/edit/", "' OR 1=1/", "places/x/"])
def test_an_address_of_nothing_is_not_found(client, path: str) -> None:
    signed_in(client)
    assert client.get(f"/assets/{path}").status_code == 404


def test_an_asset_is_added_with_what_was_typed(client) -> None:
    signed_in(client)
    owner, place = make_person("Núria Vidal"), make_place("Server room")
    form = {
        "name": "mad-web-1", "kind": "host", "unit": str(root_unit().uid), "place": str(place.uid),
        "owner": "Núria Vidal", "reached_from": "internet", "note": "🦊 <b>bold</b>",
    }  # fmt: skip
    page = text(client.post(reverse("asset-new"), form, follow=True))
    asset = Asset.objects.get(name="mad-web-1")
    assert (asset.owner, asset.place) == (owner, place)
    assert "🦊 &lt;b&gt;bold&lt;/b&gt;" in page
    assert "Say next what it is worth." in page


def test_a_form_that_is_refused_keeps_what_was_typed(client) -> None:
    signed_in(client)
    form = {"name": "x" * 201, "kind": "host", "owner": "Nobody At All", "reached_from": "unknown"}
    answer = client.post(reverse("asset-new"), form)
    page = text(answer)
    assert answer.status_code == 422
    assert "x" * 201 in page
    assert "at most 200 characters" in page
    assert 'value="Nobody At All"' in page
    assert "Nothing that you see is called so." in page
    assert not Asset.objects.exists()


def test_two_owners_of_one_name_are_told_apart(client) -> None:
    signed_in(client)
    asset, first, second = make_asset(), make_person("Ana Gil"), make_person("Ana Gil")
    path = reverse("asset-edit", args=[asset.uid])
    answer = client.post(path, asset_form(asset, owner="Ana Gil"))
    assert answer.status_code == 422
    assert f"Ana Gil · {first.email}; Ana Gil · {second.email}." in text(answer)
    client.post(path, asset_form(asset, owner=f"Ana Gil · {second.email}"))
    assert Asset.of(asset.uid).owner == second


def test_a_name_that_is_nearly_right_is_guessed_but_not_taken(client) -> None:
    signed_in(client)
    asset = make_asset()
    make_person("Núria Vidal")
    answer = client.post(reverse("asset-edit", args=[asset.uid]), asset_form(asset, owner="nuria"))
    assert "Say which one: Núria Vidal" in text(answer)
    assert Asset.of(asset.uid).owner is None


def test_an_owner_is_not_found_among_people_who_are_not_seen(client) -> None:
    here = make_unit("Murcia")
    make_person("Secret Person", unit=make_unit("Zamora"))
    asset = make_asset(unit=here)
    signed_in(client, unit=here)
    answer = client.post(reverse("asset-edit", args=[asset.uid]), asset_form(asset, owner="Secret"))
    assert answer.status_code == 422
    assert "Secret Person" not in text(answer)


def test_saving_keeps_an_owner_and_a_place_that_the_editor_does_not_see(client) -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    owner, place = make_person("Far Away", unit=there), make_place("Far room", unit=there)
    asset = make_asset(unit=here, owner=owner, place=place)
    signed_in(client, unit=here)
    path = reverse("asset-edit", args=[asset.uid])
    assert "Far Away" in text(client.get(path))
    form = asset_form(asset, owner=f"Far Away · {owner.email}", place=str(place.uid), note="changed")
    assert client.post(path, form).status_code == 302
    kept = Asset.of(asset.uid)
    assert (kept.owner, kept.place, kept.note) == (owner, place, "changed")


def test_the_second_of_two_editors_compares_and_saves_theirs_over_it(client) -> None:
    signed_in(client)
    asset = make_asset("old")
    services.change_asset(HOUSE, Asset.of(asset.uid), opened_version=1, name="theirs")
    path = reverse("asset-edit", args=[asset.uid])
    answer = client.post(path, asset_form(asset, name="mine"))
    assert answer.status_code == 409
    assert "mine" in text(answer)
    assert "theirs" in text(answer)
    assert Asset.of(asset.uid).name == "theirs"
    assert 'value="theirs"' in text(client.get(path))
    client.post(path, asset_form(asset, name="mine", version=2))
    assert Asset.of(asset.uid).name == "mine"


@pytest.mark.parametrize("version", ["", "nonsense", "9" * 30])
def test_a_form_without_a_version_writes_nothing(client, version: str) -> None:
    signed_in(client)
    asset, place = make_asset("old"), make_place("old")
    path = reverse("asset-edit", args=[asset.uid])
    assert client.post(path, asset_form(asset, name="new", version=version)).status_code in {409, 422}
    path = reverse("place-edit", args=[place.uid])
    assert client.post(path, place_form(place, name="new", version=version)).status_code in {409, 422}
    client.post(reverse("asset-retire", args=[asset.uid]), {"version": version})
    assert (Asset.of(asset.uid).name, Place.of(place.uid).name) == ("old", "old")
    assert Asset.of(asset.uid).retired_at is None


def test_taking_out_of_use_what_somebody_changed_says_so(client) -> None:
    signed_in(client)
    asset = make_asset("old")
    services.change_asset(HOUSE, Asset.of(asset.uid), opened_version=1, name="new")
    page = text(client.post(reverse("asset-retire", args=[asset.uid]), {"version": 1}, follow=True))
    assert "Somebody changed it meanwhile." in page
    assert Asset.of(asset.uid).retired_at is None


def test_an_asset_goes_out_of_use_and_comes_back(client) -> None:
    signed_in(client)
    asset = make_asset("old")
    page = text(client.post(reverse("asset-retire", args=[asset.uid]), {"version": 1}, follow=True))
    assert "It is out of use." in page
    assert "Bring it back into use" in page
    client.post(reverse("asset-bring-back", args=[asset.uid]), {"version": 2})
    assert Asset.of(asset.uid).retired_at is None


def test_a_price_shows_its_range_and_its_date(client) -> None:
    signed_in(client)
    asset = make_asset("mad-web-1")
    make_price(asset, 20_000_00)
    page = text(client.get(reverse("asset", args=[asset.uid])))
    assert "<h1>mad-web-1. <span>Its open flaws cost €10–40k a year.</span></h1>" in page
    assert "by the figures of" in page


def test_markup_in_a_name_stays_text_wherever_it_stands(client) -> None:
    signed_in(client)
    name = "<script>alert(1)</script> 🏭"
    place = make_place(name)
    asset = make_asset(name, place=place, owner=make_person(name))
    services.depend(HOUSE, asset, needs=make_asset(name))
    for path in (
        reverse("assets"), reverse("places"), reverse("asset", args=[asset.uid]), reverse("place", args=[place.uid]),
        reverse("asset-edit", args=[asset.uid]), reverse("asset-need", args=[asset.uid]),
    ):  # fmt: skip
        page = text(client.get(path))
        assert "<script>alert(1)" not in page, path
        assert "&lt;script&gt;alert(1)&lt;/script&gt; 🏭" in page, path


def test_a_worth_is_kept_as_a_range(client) -> None:
    signed_in(client)
    asset = make_asset()
    form = {"aspect": "disclosed", "low": "60k", "high": "1.4M", "basis": "sector", "source": "A study"}
    page = text(client.post(reverse("asset-worth", args=[asset.uid]), form, follow=True))
    assert "€60k–1.4M" in page
    kept = AssetValue.objects.get()
    assert (kept.low_minor, kept.high_minor) == (6_000_000, 140_000_000)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ("2M", "1M", "The range runs backwards"),
        ("-1", "1M", "at least"),
        ("much", "1M", "is not a sum"),
        ("1", "9" * 30, "larger than any ledger can hold"),
        ("", "1M", "errorlist"),
    ],
)
def test_a_worth_that_is_none_is_refused_in_words(client, low: str, high: str, words: str) -> None:
    signed_in(client)
    form = {"aspect": "disclosed", "low": low, "high": high, "basis": "sector", "source": "A study"}
    answer = client.post(reverse("asset-worth", args=[make_asset().uid]), form)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not AssetValue.objects.exists()


def test_a_name_for_scanners_is_added_and_taken_away(client) -> None:
    signed_in(client)
    asset = make_asset()
    form = {"kind": "hostname", "value": "MUR-SCADA-1", "zone": "line"}
    page = text(client.post(reverse("asset-identifier", args=[asset.uid]), form, follow=True))
    assert "mur-scada-1" in page
    assert "in the network of line" in page
    gone = {"kind": "hostname", "value": "mur-scada-1", "zone": "line"}
    page = text(client.post(reverse("asset-identifier-remove", args=[asset.uid]), gone, follow=True))
    assert not Identifier.objects.filter(ended_at__isnull=True).exists()
    assert "It ended on" in page


def test_a_name_that_belongs_to_another_asset_is_refused(client) -> None:
    signed_in(client)
    services.identify(HOUSE, make_asset("first"), kind="fqdn", value="a.almena.example")
    form = {"kind": "fqdn", "value": "A.almena.example", "zone": ""}
    answer = client.post(reverse("asset-identifier", args=[make_asset("second").uid]), form)
    assert answer.status_code == 422
    assert "a.almena.example belongs to first." in text(answer)


def test_a_network_is_named_by_its_unit(client) -> None:
    signed_in(client)
    asset, unit = make_asset(), make_unit("Murcia")
    services.identify(HOUSE, asset, kind="ipv4", value="198.51.100.7", zone=f"unit:{unit.pk}")
    assert "in the network of Murcia" in text(client.get(reverse("asset", args=[asset.uid])))


def test_a_need_is_added_by_name_and_a_circle_told(client) -> None:
    signed_in(client)
    portal, database = make_asset("portal"), make_asset("database")
    client.post(reverse("asset-need", args=[portal.uid]), {"needs": "database", "why": "orders"})
    assert Dependency.objects.get().needs == database
    page = text(client.post(reverse("asset-need", args=[database.uid]), {"needs": "portal"}, follow=True))
    assert "That closes a circle: database needs portal needs database. When one falls, all do." in page


def test_a_place_is_moved_and_a_circle_refused(client) -> None:
    signed_in(client)
    site, hall = make_place("Murcia"), make_place("Hall")
    room = make_place("Room", parent=hall)
    path = reverse("place-edit", args=[hall.uid])
    assert f'value="{room.uid}"' not in text(client.get(path))
    assert client.post(path, place_form(hall, parent=str(room.uid))).status_code == 422
    assert client.post(path, place_form(hall, parent=str(site.uid))).status_code == 302
    assert "Murcia / Hall" in text(client.get(reverse("place", args=[room.uid])))


def test_the_second_of_two_editors_of_a_place_compares(client) -> None:
    signed_in(client)
    place = make_place("Hall")
    services.change_place(HOUSE, Place.of(place.uid), opened_version=1, name="Line hall")
    answer = client.post(reverse("place-edit", args=[place.uid]), place_form(place, name="Hall 1"))
    assert answer.status_code == 409
    assert "Line hall" in text(answer)


def test_places_outside_the_units_are_counted(client) -> None:
    here = make_unit("Murcia")
    make_place("Mine", unit=here)
    make_place("Far room", unit=make_unit("Zamora"))
    signed_in(client, unit=here)
    page = text(client.get(reverse("places")))
    assert "1 place is known." in page
    assert "1 hidden from you by the rule “outside your units”." in page
    assert "Far room" not in page


def test_where_there_is_no_place_the_page_says_what_to_do(client) -> None:
    make_organization()
    signed_in(client)
    assert "Add a site first, then what stands in it." in text(client.get(reverse("places")))

"""Many assets changed at once, and taken back."""

import pytest
from django.urls import reverse
from django.utils import timezone

from alcaide.assets import services
from alcaide.assets.models import Asset
from alcaide.common.lists.undo import take_back
from alcaide.common.models import TrailLine
from alcaide.common.permissions import Refused
from alcaide.organization.tests.factories import HOUSE, make_person, make_unit, make_user

from .factories import make_asset

pytestmark = pytest.mark.django_db


def test_many_get_an_owner_and_give_it_back() -> None:
    analyst, owner, former = make_user("chief"), make_person("Ana Gil"), make_person("Former")
    first, second = make_asset(owner=former), make_asset()
    done = services.change_many(analyst, [first, second], values={"owner": owner}, words="Owner set")
    assert [Asset.of(each.uid).owner for each in (first, second)] == [owner, owner]
    assert done.undo is not None
    assert take_back(analyst, done.undo.uid).done == 2
    assert [Asset.of(each.uid).owner for each in (first, second)] == [former, None]


def test_what_somebody_changed_since_is_left_as_it_stands() -> None:
    chief, owner = make_user("chief"), make_person("Ana Gil")
    first, second = make_asset("first"), make_asset("second")
    done = services.change_many(chief, [first, second], values={"owner": owner}, words="Owner set")
    assert done.undo is not None
    services.change_asset(HOUSE, Asset.of(second.uid), opened_version=2, note="mine")
    back = take_back(chief, done.undo.uid)
    assert (back.done, [each.name for each in back.left]) == (1, ["second"])
    assert Asset.of(second.uid).owner == owner


def test_each_of_many_has_its_own_line_and_what_stood_so_has_none() -> None:
    owner = make_person("Ana Gil")
    first, second = make_asset(), make_asset(owner=owner)
    done = services.change_many(HOUSE, [first, second], values={"owner": owner})
    assert (done.changed, done.stood) == (1, 1)
    changed = TrailLine.objects.filter(verb="change_asset").values_list("subject", flat=True)
    assert list(changed) == [first.subject]


def test_one_asset_in_a_foreign_unit_stops_all() -> None:
    here = make_unit("Murcia")
    mine, theirs = make_asset(unit=here), make_asset(unit=make_unit("Zamora"))
    with pytest.raises(Refused):
        services.change_many(make_user("analyst", unit=here), [mine, theirs], values={"reached_from": "internet"})
    assert Asset.of(mine.uid).reached_from == "unknown"


@pytest.mark.parametrize("values", [{}, {"name": "x"}, {"merged_into": None}])
def test_nothing_or_what_may_not_be_set_on_many_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(services.NothingToChange):
        services.change_many(HOUSE, [make_asset()], values=values)


def test_the_page_asks_what_to_set_and_offers_the_way_back(client) -> None:
    client.force_login(make_user("chief"))
    first, second = make_asset("first"), make_asset("second")
    chosen = {"uid": [str(first.uid), str(second.uid)]}
    page = client.post(reverse("assets-many"), chosen).content.decode()
    assert "2 assets will change." in page
    client.post(reverse("assets-many"), {**chosen, "ask": "1", "reached_from": "internet"})
    assert {Asset.of(each.uid).reached_from for each in (first, second)} == {"internet"}
    assert "undo" in client.session


def test_the_page_leaves_what_the_user_may_not_change(client) -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    mine, theirs = make_asset("mine", unit=here), make_asset("theirs", unit=there)
    client.force_login(make_user("analyst", unit=here))
    form = {"uid": [str(mine.uid), str(theirs.uid)], "ask": "1", "use": "retire"}
    client.post(reverse("assets-many"), form)
    assert Asset.of(mine.uid).retired_at is not None
    assert Asset.of(theirs.uid).retired_at is None


def test_nothing_chosen_to_set_is_said(client) -> None:
    client.force_login(make_user("chief"))
    answer = client.post(reverse("assets-many"), {"uid": [str(make_asset().uid)], "ask": "1"})
    assert answer.status_code == 422
    assert "Choose at least one thing to set." in answer.content.decode()


def held(asset: Asset) -> list[tuple[str, str, int | None]]:
    return list(asset.classes.order_by("data_class", "country").values_list("data_class", "country", "people"))


def data_set(name: str, **more) -> Asset:
    return make_asset(name, kind="data_set", **more)


def test_a_class_is_set_on_many_data_sets_and_taken_back() -> None:
    chief, first, second = make_user("chief"), data_set("first"), data_set("second")
    counted = {"basis": "measured", "counted_on": timezone.localdate()}
    services.hold_class(HOUSE, second, data_class="health", people=40, **counted)
    done = services.hold_class_on_many(
        chief, [first, second], data_class="health", basis="judgement", counted_on=timezone.localdate(), words="Health"
    )
    assert (done.changed, done.stood) == (1, 1)
    assert (held(first), held(second)) == ([("health", "", None)], [("health", "", 40)])
    assert done.undo is not None
    assert take_back(chief, done.undo.uid).done == 1
    assert (held(first), held(second)) == ([], [("health", "", 40)])


def test_a_class_is_taken_from_many_and_comes_back_with_its_counts() -> None:
    chief, first, second = make_user("chief"), data_set("first"), data_set("second")
    counted = {"basis": "measured", "counted_on": timezone.localdate()}
    for country, people in (("ES", 7), ("PT", 9)):
        services.hold_class(HOUSE, first, data_class="card", country=country, people=people, **counted)
    done = services.hold_class_no_more_on_many(chief, [first, second], data_class="card", words="Cards")
    assert (done.changed, done.stood, held(first)) == (1, 1, [])
    assert take_back(chief, done.undo.uid).done == 2
    assert held(first) == [("card", "ES", 7), ("card", "PT", 9)]


def test_a_class_that_was_counted_since_is_not_taken_back() -> None:
    chief, first = make_user("chief"), data_set("first")
    counted = {"basis": "measured", "counted_on": timezone.localdate()}
    done = services.hold_class_on_many(chief, [first], data_class="health", words="Health", **counted)
    services.hold_class(HOUSE, first, data_class="health", people=3, **counted)
    assert take_back(chief, done.undo.uid).done == 0
    assert held(first) == [("health", "", 3)]


def test_one_way_of_counting_stays_and_foreign_units_stop_all() -> None:
    here = make_unit("Murcia")
    mine, theirs = data_set("mine", unit=here), data_set("theirs", unit=make_unit("Zamora"))
    counted = {"basis": "measured", "counted_on": timezone.localdate()}
    services.hold_class(HOUSE, mine, data_class="customer", country="ES", people=7, **counted)
    assert services.hold_class_on_many(HOUSE, [mine], data_class="customer", **counted).otherwise == 1
    with pytest.raises(Refused):
        services.hold_class_on_many(make_user("analyst", unit=here), [mine, theirs], data_class="health", **counted)


def test_the_page_sets_information_on_data_sets_and_names_what_is_none(client) -> None:
    client.force_login(make_user("chief"))
    first, host = data_set("first"), make_asset("host")
    chosen = {"uid": [str(first.uid), str(host.uid)]}
    page = client.post(reverse("assets-classes-many"), chosen).content.decode()
    assert "1 asset will change." in page
    assert "1 more that you chose is no data set" in page
    form = {**chosen, "ask": "1", "act": "hold", "data_class": "employee", "basis": "judgement", "country": "ES"}
    assert client.post(reverse("assets-classes-many"), {**form, "country": "Spain"}).status_code == 422
    client.post(reverse("assets-classes-many"), form)
    assert held(first) == [("employee", "ES", None)]
    assert "undo" in client.session
    answer = client.post(reverse("assets-classes-many"), {"uid": [str(host.uid)]}, follow=True)
    assert "none of the chosen assets is one" in answer.content.decode()

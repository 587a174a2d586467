"""Pages of the organization: who may open them, what they say, and what a form does with what is typed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alcaide.common import eyes
from alcaide.common.models import EyesRequest
from alcaide.organization import services
from alcaide.organization.models import Appetite, Grant, Person, Unit
from alcaide.organization.queries import root_unit

from .factories import HOUSE, make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db

READERS = ["analyst", "auditor", "employee", "executive", "head"]
TODAY = timezone.localdate()


def signed_in(client: Client, role: str | None = "chief", *, unit: Unit | None = None) -> Client:
    client.force_login(make_user(role, unit=unit))
    return client


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def unit_form(unit: Unit, **values: object) -> dict[str, object]:
    known = {"name": unit.name, "kind": unit.kind, "country": unit.country, "version": unit.version}
    return {**known, "parent": str(unit.parent.uid) if unit.parent else "", **values}


def person_form(person: Person, **values: object) -> dict[str, object]:
    known = {"name": person.name, "email": person.email, "title": person.title, "unit": str(person.unit.uid)}
    return {**known, "version": person.version, **values}


def enter(link: str) -> Client:
    """Use a sign-in link as the person who got it."""
    browser = Client()
    browser.post(link.partition("?")[0], {"key": link.partition("key=")[2]})
    return browser


def link_for(client: Client, person: Person) -> str:
    answer = client.post(reverse("person-link", args=[person.uid]))
    return answer.content.decode().partition('readonly value="')[2].partition('"')[0]


def pages() -> dict[str, str]:
    unit, person = make_unit("Murcia"), make_person("Núria Vidal")
    return {
        **{name: reverse(name) for name in ("organization", "people", "unit-new", "person-new", "grant-new")},
        "appetite-new": reverse("appetite-new"),
        **{name: reverse(name, args=[unit.uid]) for name in ("unit", "unit-edit")},
        **{name: reverse(name, args=[person.uid]) for name in ("person", "person-edit")},
    }


def test_a_stranger_is_sent_to_the_sign_in_page(client) -> None:
    for path in pages().values():
        assert client.get(path)["Location"].startswith("/sign-in/"), path


def test_a_chief_opens_every_page(client) -> None:
    signed_in(client)
    for name, path in pages().items():
        assert client.get(path).status_code == 200, name


@pytest.mark.parametrize("role", READERS)
def test_who_only_reads_sees_the_pages_and_no_form(client, role: str) -> None:
    signed_in(client, role)
    for name, path in pages().items():
        reads = name in {"organization", "people", "unit", "person"} or (name, role) == ("appetite-new", "executive")
        assert client.get(path).status_code == (200 if reads else 403), name


@pytest.mark.parametrize("role", READERS)
def test_who_only_reads_is_offered_nothing_to_change(client, role: str) -> None:
    signed_in(client, role)
    paths = pages()
    for name in ("organization", "unit", "person"):
        page = text(client.get(paths[name]))
        assert "Withdraw" not in page, name
        assert "/edit/" not in page, name


@pytest.mark.parametrize("role", READERS)
def test_who_only_reads_is_refused_each_button(client, role: str) -> None:
    person, held = make_person(), make_organization().grants.get(role="chief")
    services.let_sign_in(HOUSE, person)
    signed_in(client, role)
    for name, uid in (("person-link", person.uid), ("person-close", person.uid), ("grant-withdraw", held.uid)):
        assert client.post(reverse(name, args=[uid])).status_code == 403, name
    person.user.refresh_from_db()
    assert person.user.is_active


def test_the_overview_counts_what_it_hides(client) -> None:
    make_unit("Zamora")
    signed_in(client, "analyst", unit=make_unit("Murcia"))
    page = text(client.get(reverse("organization")))
    assert "<h1>Part of Almena Foods: units 1, people 0." in page
    assert "Zamora" not in page
    assert page.count("2 hidden from you by the rule") == 2


def test_the_overview_says_how_large_the_organization_is(client) -> None:
    make_unit("Murcia")
    make_person()
    assert "<h1>Almena Foods: 2 units, 2 people." in text(signed_in(client).get(reverse("organization")))


def test_a_unit_that_is_not_ours_is_not_there(client) -> None:
    other = make_unit("Zamora")
    signed_in(client, "chief", unit=make_unit("Murcia"))
    for name in ("unit", "unit-edit"):
        assert client.get(reverse(name, args=[other.uid])).status_code == 404


@pytest.mark.parametrize(
    "path", ["units/nonsense/", "people/1/", "people/' OR 1=1/", "units/3f2b8c1e-6d4a-4f7b-9c0d-5e8a7b1c2d3e/"]
)
def test_an_address_of_nothing_is_not_found(client, path: str) -> None:
    signed_in(client)
    assert client.get(f"/organization/{path}").status_code == 404


def test_a_form_that_is_refused_keeps_what_was_typed(client) -> None:
    signed_in(client)
    answer = client.post(reverse("person-new"), {"name": "Núria", "email": "no address", "unit": "", "title": "Lead"})
    page = text(answer)
    assert answer.status_code == 422
    assert 'value="no address"' in page
    assert 'value="Lead"' in page
    assert not Person.objects.filter(name="Núria").exists()


@pytest.mark.parametrize("name", ["x" * 201, "", "   ", "a\x00b"])
def test_a_name_that_cannot_be_kept_is_refused_in_words(client, name: str) -> None:
    signed_in(client)
    answer = client.post(reverse("unit-new"), {"name": name, "kind": "plant", "parent": str(root_unit().uid)})
    assert answer.status_code == 422
    assert 'class="errorlist"' in text(answer)


def test_markup_in_a_name_stays_text_and_an_emoji_stays_itself(client) -> None:
    signed_in(client)
    unit = make_unit("<script>alert(1)</script> 🏭")
    make_person("<b>Eve</b> 🦊", unit=unit)
    for path in (reverse("organization"), reverse("unit", args=[unit.uid]), reverse("people")):
        page = text(client.get(path))
        assert "<script>alert(1)" not in page
        assert "<b>Eve" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 🏭" in text(client.get(reverse("organization")))
    assert "&lt;b&gt;Eve&lt;/b&gt; 🦊" in text(client.get(reverse("people")))


def test_a_unit_is_added_below_the_one_that_the_address_names(client) -> None:
    signed_in(client)
    plant = make_unit("Murcia")
    assert f'value="{plant.uid}" selected' in text(client.get(reverse("unit-new"), {"below": str(plant.uid)}))
    form = {"name": "Dock", "kind": "department", "parent": str(plant.uid), "country": "es"}
    client.post(reverse("unit-new"), form)
    assert Unit.objects.get(name="Dock").country == "ES"


@pytest.mark.parametrize("below", ["nonsense", "3f2b8c1e-6d4a-4f7b-9c0d-5e8a7b1c2d3e", ""])
def test_a_form_ignores_a_place_that_is_none(client, below: str) -> None:
    signed_in(client)
    for path in (reverse("unit-new"), reverse("person-new"), reverse("grant-new")):
        assert client.get(path, {"below": below, "unit": below, "person": below}).status_code == 200


def test_a_unit_cannot_be_put_below_its_own(client) -> None:
    signed_in(client)
    plant = make_unit("Murcia")
    dock = make_unit("Dock", parent=plant)
    path = reverse("unit-edit", args=[plant.uid])
    assert str(dock.uid) not in text(client.get(path))
    answer = client.post(path, unit_form(plant, parent=str(dock.uid)))
    assert answer.status_code == 422
    assert Unit.objects.get(pk=plant.pk).parent == root_unit()


def test_the_second_of_two_editors_of_a_unit_compares_and_saves_theirs_over_it(client) -> None:
    signed_in(client)
    unit = make_unit("Murcia")
    services.change_unit(HOUSE, Unit.of(unit.uid), opened_version=1, name="Murcia works")
    path = reverse("unit-edit", args=[unit.uid])
    answer = client.post(path, unit_form(unit, name="Planta de Murcia"))
    page = text(answer)
    assert answer.status_code == 409
    assert "Planta de Murcia" in page
    assert "Murcia works" in page
    assert Unit.of(unit.uid).name == "Murcia works"
    assert client.get(path).status_code == 200
    assert client.post(path, unit_form(unit, name="Planta de Murcia", version=2)).status_code == 302
    assert Unit.of(unit.uid).name == "Planta de Murcia"


def test_the_second_of_two_editors_of_a_person_loses_nothing(client) -> None:
    signed_in(client)
    person = make_person("Núria")
    services.change_person(HOUSE, Person.of(person.uid), opened_version=1, title="Shift lead")
    path = reverse("person-edit", args=[person.uid])
    answer = client.post(path, person_form(person, title="Line lead"))
    assert answer.status_code == 409
    assert "Shift lead" in text(answer)
    assert Person.of(person.uid).title == "Shift lead"
    client.post(path, person_form(person, title="Line lead", version=2))
    assert Person.of(person.uid).title == "Line lead"


@pytest.mark.parametrize("version", ["", "nonsense", "-1", "0", "9" * 30])
def test_a_form_without_a_version_writes_nothing(client, version: str) -> None:
    signed_in(client)
    unit = make_unit("Murcia")
    answer = client.post(reverse("unit-edit", args=[unit.uid]), unit_form(unit, name="X", version=version))
    assert answer.status_code in {409, 422}
    assert Unit.of(unit.uid).name == "Murcia"


def test_a_person_s_page_says_that_who_left_can_still_get_in_and_closes_it(client) -> None:
    signed_in(client)
    person = make_person("Rafa Marín")
    user = services.let_sign_in(HOUSE, person)
    services.grant(HOUSE, user=user, role="analyst", unit=root_unit())
    services.change_person(HOUSE, person, opened_version=1, left_on=TODAY - timedelta(days=1))
    page = text(client.get(reverse("person", args=[person.uid])))
    assert "and can still get in." in page
    assert 'data-confirm="Close the sign-in of Rafa Marín?' in page
    after = client.post(reverse("person-close", args=[person.uid]), follow=True)
    assert "Rafa Marín can no longer sign in; roles withdrawn: 1." in text(after)
    assert not Grant.objects.filter(user=user, withdrawn_at__isnull=True).exists()


def test_the_last_chief_is_told_why_the_role_stays(client) -> None:
    chief = make_organization().grants.get(role="chief")
    client.force_login(chief.user)
    answer = client.post(reverse("grant-withdraw", args=[chief.uid]), follow=True)
    assert "Nobody else is Chief security officer of the whole house." in text(answer)
    assert Grant.objects.get(role="chief").withdrawn_at is None


def test_a_sign_in_link_is_shown_once_kept_nowhere_and_works(client) -> None:
    signed_in(client)
    person = make_person()
    answer = client.post(reverse("person-link", args=[person.uid]))
    assert answer["Cache-Control"] == "no-store"
    enter(answer.content.decode().partition('readonly value="')[2].partition('"')[0])
    person.refresh_from_db()
    assert person.user.last_login is not None


def test_a_closed_sign_in_ends_at_once_and_its_link_is_spent(client) -> None:
    signed_in(client)
    person = make_person()
    inside = enter(link_for(client, person))
    assert inside.get(reverse("password")).status_code == 200
    unused = link_for(client, person)
    client.post(reverse("person-close", args=[person.uid]))
    assert inside.get(reverse("password"))["Location"].startswith("/sign-in/")
    assert enter(unused).get(reverse("password"))["Location"].startswith("/sign-in/")


def test_a_link_for_who_has_no_address_says_what_is_missing(client) -> None:
    signed_in(client)
    person = services.add_person(HOUSE, name="Núria", unit=root_unit())
    answer = client.post(reverse("person-link", args=[person.uid]), follow=True)
    assert "Núria needs an e-mail address first." in text(answer)


def test_a_role_is_granted_to_an_address(client) -> None:
    signed_in(client)
    person = make_person()
    services.let_sign_in(HOUSE, person)
    form = {"email": person.email.upper(), "role": "auditor", "unit": str(root_unit().uid), "until_on": ""}
    client.post(reverse("grant-new"), form)
    assert Grant.objects.get(user=person.user).role == "auditor"
    again = client.post(reverse("grant-new"), form)
    assert again.status_code == 422
    assert "holds this role there already" in text(again)


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"email": "nobody@almena.example"}, "Nobody signs in with this address."),
        ({"role": "king"}, "Select a valid choice."),
        ({"until_on": "2020-01-01"}, "A role ends today or later."),
        ({"unit": "nonsense"}, "errorlist"),
    ],
)
def test_a_role_that_cannot_be_granted_says_why(client, spoilt: dict[str, str], words: str) -> None:
    signed_in(client)
    user = make_user(None)
    form = {"email": user.email, "role": "auditor", "unit": str(root_unit().uid), **spoilt}
    answer = client.post(reverse("grant-new"), form)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Grant.objects.filter(user=user).exists()


def test_granting_to_oneself_is_refused(client) -> None:
    chief = make_user("chief")
    client.force_login(chief)
    form = {"email": chief.email, "role": "executive", "unit": str(root_unit().uid)}
    assert client.post(reverse("grant-new"), form).status_code == 403


def test_a_role_gets_another_end(client) -> None:
    signed_in(client)
    held = Grant.objects.get(user=make_user("analyst"))
    client.post(reverse("grant-renew", args=[held.uid]), {"until_on": TODAY.isoformat()})
    held.refresh_from_db()
    assert held.until_on == TODAY


def test_the_appetite_is_set_and_the_earlier_one_kept(client) -> None:
    signed_in(client, "executive")
    form = {"unit": str(root_unit().uid), "limit": "2.5M", "one_in": "20", "note": "The board, 12 March"}
    for limit in ("2.5M", "3M"):
        client.post(reverse("appetite-new"), {**form, "limit": limit})
        eyes.approve(make_user("chief"), EyesRequest.objects.get(state="waiting"))
    assert list(Appetite.objects.values_list("limit_minor", flat=True)) == [300_000_000, 250_000_000]
    assert "€3M" in text(client.get(reverse("organization")))


@pytest.mark.parametrize(("limit", "one_in"), [("-5", "20"), ("0", "20"), ("a lot", "20"), ("1M", "1"), ("1M", "nan")])
def test_an_appetite_that_is_none_is_refused(client, limit: str, one_in: str) -> None:
    signed_in(client)
    form = {"unit": str(root_unit().uid), "limit": limit, "one_in": one_in, "note": "The board"}
    assert client.post(reverse("appetite-new"), form).status_code == 422
    assert not Appetite.objects.exists()


def test_the_history_of_a_person_is_for_who_keeps_it(client) -> None:
    person = make_person("Núria")
    path = reverse("person", args=[person.uid])
    assert "from the trail" not in text(signed_in(client, "employee").get(path))
    assert "from the trail" in text(signed_in(client, "auditor").get(path))

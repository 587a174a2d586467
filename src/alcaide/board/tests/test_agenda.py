"""Putting off and handing on: what leaves a list, why, and how it comes back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alcaide.board import services
from alcaide.board.models import Delegation, Snooze
from alcaide.board.queries.decide import agenda, key_of
from alcaide.common import registries
from alcaide.common.models import Notice, TrailLine, User
from alcaide.common.permissions import Refused
from alcaide.common.registries import Due
from alcaide.organization.tests.factories import make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db


class Waiting:
    """What a made-up room wants decided: by every chief, about one person."""

    def __init__(self, at=None):
        self.person = make_person("Ana Vidal")
        self.at = at
        self.users: set[int] = set()

    def __call__(self, user):
        if user.pk in self.users:
            yield self.due

    @property
    def due(self):
        return Due(self.person.subject, "Decide on Ana", "It waits", "/somewhere/", "Decide", "gavel", at=self.at)

    @property
    def key(self):
        return key_of(self.due)


@pytest.fixture
def waiting(monkeypatch):
    make_organization()
    room = Waiting()
    monkeypatch.setattr(registries._all, "due", {"test": room})
    return room


@pytest.fixture
def chief(waiting) -> User:
    user = make_user("chief")
    waiting.users.add(user.pk)
    return user


def keys_of(user, *, now=None):
    return [item.key for item in agenda(user, now=now or timezone.now()).items]


def later(**more):
    return timezone.now() + timedelta(**more)


def test_what_is_put_off_leaves_the_list_and_comes_back_by_itself(chief, waiting):
    services.snooze(chief, waiting.key, until=later(days=2), reason="The plant is closed")
    assert keys_of(chief) == []
    assert keys_of(chief, now=later(days=3)) == [waiting.key]


def test_what_is_put_off_stays_in_the_lists_of_others(chief, waiting):
    other = make_user("chief")
    waiting.users.add(other.pk)
    services.snooze(chief, waiting.key, until=later(days=2), reason="The plant is closed")
    assert keys_of(other) == [waiting.key]


def test_it_can_be_put_off_again_after_it_came_back(chief, waiting):
    services.snooze(chief, waiting.key, until=later(hours=1), reason="A meeting")
    Snooze.objects.update(until=timezone.now() - timedelta(minutes=1))
    services.snooze(chief, waiting.key, until=later(days=1), reason="Another meeting")
    assert keys_of(chief) == []


def test_what_is_overdue_cannot_be_put_off(chief, waiting):
    waiting.at = timezone.now() - timedelta(hours=1)
    with pytest.raises(services.NotSo, match="overdue"):
        services.snooze(chief, waiting.key, until=later(days=1), reason="Later")


def test_nothing_rests_past_the_end_of_its_clock(chief, waiting):
    waiting.at = later(days=2)
    with pytest.raises(services.NotSo, match="Its clock runs out"):
        services.snooze(chief, waiting.key, until=later(days=3), reason="Later")


def test_a_clock_set_to_an_earlier_moment_brings_it_back(chief, waiting):
    waiting.at = later(days=9)
    services.snooze(chief, waiting.key, until=later(days=5), reason="Later")
    waiting.at = later(days=2)
    assert keys_of(chief) == [waiting.key]


@pytest.mark.parametrize(
    ("until", "reason", "words"),
    [
        ({"days": 1}, "  ", "Say in a few words why"),
        ({"days": -1}, "x", "still to come"),
        ({"days": 61}, "x", "60 days"),
    ],
)
def test_a_reason_and_a_near_moment_are_asked_for(chief, waiting, until, reason, words):
    with pytest.raises(services.NotSo, match=words):
        services.snooze(chief, waiting.key, until=later(**until), reason=reason)
    assert not Snooze.objects.exists()


def test_only_who_put_it_off_brings_it_back(chief, waiting):
    made = services.snooze(chief, waiting.key, until=later(days=2), reason="Closed")
    with pytest.raises(Refused):
        services.wake(make_user("chief"), made)
    services.wake(chief, made)
    assert keys_of(chief) == [waiting.key]


def test_what_is_handed_on_stands_in_the_other_list_with_its_giver(chief, waiting):
    analyst = make_user("analyst")
    services.delegate(chief, waiting.key, taker=analyst, note="You know her")
    assert keys_of(chief) == []
    [item] = agenda(analyst, now=timezone.now()).items
    assert item.giver == chief
    assert Notice.objects.filter(user=analyst, kind="handed").exists()


def test_what_is_overdue_stands_in_both_lists(chief, waiting):
    analyst = make_user("analyst")
    waiting.at = later(days=1)
    services.delegate(chief, waiting.key, taker=analyst)
    after = later(days=2)
    assert keys_of(chief, now=after) == keys_of(analyst, now=after) == [waiting.key]


def test_what_was_decided_leaves_the_other_list_too(chief, waiting):
    analyst = make_user("analyst")
    services.delegate(chief, waiting.key, taker=analyst)
    waiting.users.clear()
    assert keys_of(analyst) == []


def test_nothing_is_handed_to_who_may_not_see_it(chief, waiting):
    stranger = make_user("head", unit=make_unit("Murcia"))
    with pytest.raises(services.NotSo, match="may not see this"):
        services.delegate(chief, waiting.key, taker=stranger)


def test_who_loses_the_sight_of_it_loses_it_from_the_list(chief, waiting):
    analyst = make_user("analyst")
    services.delegate(chief, waiting.key, taker=analyst)
    analyst.grants.all().delete()
    assert keys_of(User.objects.get(pk=analyst.pk)) == []


def test_declining_says_why_and_brings_it_back(chief, waiting):
    analyst = make_user("analyst")
    given = services.delegate(chief, waiting.key, taker=analyst)
    services.decline(analyst, given, why="I am away")
    assert (keys_of(chief), keys_of(analyst)) == ([waiting.key], [])
    assert "I am away" in Notice.objects.get(user=chief, kind="handed").words


def test_only_the_two_can_end_it(chief, waiting):
    given = services.delegate(chief, waiting.key, taker=make_user("analyst"))
    with pytest.raises(Refused):
        services.take_back(make_user("chief"), given)


def test_what_was_handed_on_is_not_handed_further(chief, waiting):
    analyst = make_user("analyst")
    services.delegate(chief, waiting.key, taker=analyst)
    with pytest.raises(services.NotSo, match="handed to you by"):
        services.delegate(analyst, waiting.key, taker=make_user("analyst"))


def test_every_deed_stands_in_the_trail(chief, waiting):
    analyst = make_user("analyst")
    services.wake(chief, services.snooze(chief, waiting.key, until=later(days=2), reason="Closed"))
    services.take_back(chief, services.delegate(chief, waiting.key, taker=analyst))
    told = TrailLine.objects.filter(subject=waiting.person.subject).values_list("verb", flat=True)
    assert {"snooze", "wake", "delegate", "taken_back"} <= set(told)


def test_the_pages_put_off_and_hand_on(client: Client, chief, waiting):
    client.force_login(chief)
    assert "Put off" in client.get("/decide/").content.decode()
    client.post(f"/decide/{waiting.key}/later/", {"until": "tomorrow", "reason": "Closed"})
    page = client.get("/decide/").content.decode()
    assert "Nothing waits for you" in page
    assert "Closed" in page
    client.post(f"/decide/rests/{Snooze.objects.get().uid}/")
    analyst = make_user("analyst")
    client.post(f"/decide/{waiting.key}/hand-on/", {"taker": analyst.email})
    assert f"With {analyst.name}" in client.get("/decide/").content.decode()


@pytest.mark.parametrize(
    ("typed", "words"), [("nobody at all", "Nobody with a sign-in"), ("user", "Several are called so"), ("", "Say who")]
)
def test_a_taker_who_is_not_one_person_is_said_beside_the_field(client: Client, chief, waiting, typed, words):
    make_user("analyst")
    client.force_login(chief)
    answer = client.post(f"/decide/{waiting.key}/hand-on/", {"taker": typed, "note": "Please"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Please" in answer.content.decode()
    assert not Delegation.objects.exists()


def test_a_day_must_be_chosen_where_a_day_is_asked(client: Client, chief, waiting):
    client.force_login(chief)
    answer = client.post(f"/decide/{waiting.key}/later/", {"until": "day", "reason": "Closed"})
    assert "Choose the day." in answer.content.decode()


def test_what_waits_no_longer_is_not_found(client: Client, chief, waiting):
    client.force_login(chief)
    waiting.users.clear()
    assert client.get(f"/decide/{waiting.key}/later/").status_code == 404

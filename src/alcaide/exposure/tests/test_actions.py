"""What to do first: one action for many findings, counted from them, done only when a scan says so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alcaide.common.lists.undo import take_back
from alcaide.common.permissions import Refused
from alcaide.exposure import services
from alcaide.exposure.models import Action, Finding, Promise
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user
from alcaide.threats.services import take_in_kev

from .samples import MONDAY, Host, Item, kev, nessus, stored

pytestmark = pytest.mark.django_db


def bring(*hosts, unit=None, **more):
    services.take_in(HOUSE, file=stored(nessus(*hosts, **more)), unit=unit or make_organization())
    services.renew_limits(HOUSE)


def two_hosts(at=MONDAY):
    items = [Item("100", severity=4, name="Old TLS library", cves=("CVE-2024-0001",)), Item("200")]
    return Host("a.almena.example", items, at=at), Host("b.almena.example", items, at=at)


def test_findings_of_one_check_are_one_action_in_each_unit():
    bring(*two_hosts())
    assert list(Action.objects.order_by("check_id").values_list("check_id", "open_findings", "assets")) == [
        ("100", 2, 2), ("200", 2, 2),
    ]  # fmt: skip
    bring(Host("c.almena.example", [Item("100")]), unit=make_unit())
    assert Action.objects.filter(check_id="100").count() == 2


def test_an_action_has_the_earliest_limit_and_counts_what_is_exploited():
    take_in_kev(HOUSE, file=stored(kev(("CVE-2024-0001", "2026-11-01")), "kev.json"))
    bring(*two_hosts())
    action = Action.objects.get(check_id="100")
    assert (action.exploited, action.due_on) == (2, min(Finding.objects.values_list("due_on", flat=True)))


def test_a_package_is_one_action_that_names_the_highest_version_needed():
    bring(*two_hosts())
    for finding, fixed in zip(Finding.objects.order_by("pk"), ["3.0.9-1", "3.0.13-1", "3.0.9-1", ""], strict=True):
        Finding.objects.filter(pk=finding.pk).update(
            package="openssl", purl="pkg:deb/debian/openssl@3.0.7", installed="3.0.7-1", fixed=fixed
        )
    services.renew_limits(HOUSE, force=True)
    assert Action.objects.get(kind="upgrade").title == "Upgrade openssl to 3.0.13-1 or later"
    assert Action.objects.get(kind="no_fix").open_findings == 1
    assert Action.objects.filter(package="", state="open").count() == 0


def test_versions_that_cannot_be_compared_are_all_named():
    bring(Host("a.almena.example", [Item("1"), Item("2")]))
    for finding, fixed in zip(Finding.objects.order_by("pk"), ["r5", "build-7"], strict=True):
        Finding.objects.filter(pk=finding.pk).update(package="thing", purl="pkg:generic/thing@1", fixed=fixed)
    services.renew_limits(HOUSE, force=True)
    action = Action.objects.get(kind="upgrade")
    assert action.title == "Upgrade thing"
    assert "build-7, r5" in action.detail


def test_an_action_is_done_when_a_scan_no_longer_sees_its_findings():
    bring(*two_hosts())
    later = MONDAY + timedelta(days=2)
    host = Host("a.almena.example", [Item("200")], at=later)
    bring(host, Host("b.almena.example", [Item("200")], at=later))
    action = Action.objects.get(check_id="100")
    report = Finding.objects.filter(check_id="100").first().last_report
    assert report is not None
    assert (action.state, action.open_findings) == ("done", 0)
    bring(Host("a.almena.example", [Item("100"), Item("200")], at=later + timedelta(days=1)))
    action.refresh_from_db()
    assert (action.state, action.open_findings, action.done_at) == ("open", 1, None)


def test_what_stays_is_not_written_again():
    bring(*two_hosts())
    assert services.keep_actions(HOUSE, assets=None) == set()


def test_a_promise_is_kept_where_no_scan_after_its_day_sees_the_flaw():
    bring(*two_hosts())
    action = Action.objects.get(check_id="100")
    services.assign(HOUSE, [action], owner=make_person())
    services.promise(HOUSE, [action], on=timezone.localdate() + timedelta(days=1))
    Finding.objects.filter(action=action).update(state="closed", closed_at=timezone.now())
    services.recount(HOUSE, [action.pk])
    assert Promise.objects.get().end == "kept"


def test_a_promise_is_late_where_a_scan_after_its_day_still_sees_the_flaw():
    bring(*two_hosts())
    action = Action.objects.get(check_id="100")
    services.assign(HOUSE, [action], owner=make_person())
    services.promise(HOUSE, [action], on=timezone.localdate())
    Finding.objects.filter(action=action).update(last_seen_at=timezone.now() + timedelta(days=2))
    services.recount(HOUSE, [action.pk])
    assert Promise.objects.get().end == "late"


def test_a_promise_needs_an_owner_and_a_day_ahead():
    bring(*two_hosts())
    action = Action.objects.get(check_id="100")
    with pytest.raises(services.NothingToPromise, match="no owner"):
        services.promise(HOUSE, [action], on=timezone.localdate())
    with pytest.raises(services.NothingToPromise, match="passed"):
        services.promise(HOUSE, [action], on=timezone.localdate() - timedelta(days=1))


def test_a_promise_moved_before_its_day_is_not_a_broken_one():
    bring(*two_hosts())
    action = Action.objects.get(check_id="100")
    services.assign(HOUSE, [action], owner=make_person())
    services.promise(HOUSE, [action], on=timezone.localdate() + timedelta(days=1))
    services.promise(HOUSE, [action], on=timezone.localdate() + timedelta(days=9))
    assert list(Promise.objects.order_by("pk").values_list("end", flat=True)) == ["moved", "open"]


def test_only_who_may_assign_in_the_unit_does():
    bring(*two_hosts())
    with pytest.raises(Refused):
        services.assign(make_user("analyst", unit=make_unit()), list(Action.objects.all()), owner=make_person())
    with pytest.raises(Refused):
        services.assign(make_user("auditor"), list(Action.objects.all()), owner=make_person())


def test_a_typed_estimate_outlives_a_new_count():
    bring(*two_hosts())
    action = Action.objects.get(check_id="100")
    services.estimate(HOUSE, action, hours=7.5, basis="judgement", why="Two windows.", opened_version=action.version)
    services.renew_limits(HOUSE, force=True)
    action.refresh_from_db()
    assert (action.hours, action.hours_why) == (7.5, "Two windows.")


def read_first() -> Action:
    bring(*two_hosts())
    return Action.objects.get(check_id="100")


def test_an_assignment_of_many_is_taken_back_with_the_promise_that_stood(client):
    action = read_first()
    ana, eva, day = make_person("Ana"), make_person("Eva"), timezone.localdate() + timedelta(days=3)
    services.assign(HOUSE, [action], owner=ana)
    services.promise(HOUSE, [action], on=day)
    chief = make_user("chief")
    done = services.assign(chief, [action], owner=eva)
    assert take_back(chief, done.undo.uid).done == 1
    action.refresh_from_db()
    assert (action.owner, action.promised_on) == (ana, day)
    assert list(action.promises.values_list("owner__name", "end")) == [("Ana", "open")]


def test_a_promise_of_many_is_taken_back_and_leaves_none(client):
    action = read_first()
    services.assign(HOUSE, [action], owner=make_person())
    chief = make_user("chief")
    done = services.promise(chief, [action], on=timezone.localdate())
    take_back(chief, done.undo.uid)
    action.refresh_from_db()
    assert action.promised_on is None
    assert not action.promises.exists()


def test_an_action_changed_since_is_left_and_named(client):
    action = read_first()
    chief = make_user("chief")
    done = services.assign(chief, [action], owner=make_person("Ana"))
    services.assign(HOUSE, [action], owner=make_person("Eva"))
    back = take_back(chief, done.undo.uid)
    assert (back.done, [each.why for each in back.left]) == (0, ["changed since"])


def test_the_list_offers_to_take_an_assignment_back(client):
    action = read_first()
    client.force_login(make_user("chief"))
    ana = make_person("Ana")
    given = {"uid": str(action.uid), "given": "1", "owner": f"{ana.name} · {ana.email}"}
    page = client.post("/exposure/actions/assign/", given, follow=True).content.decode()
    assert "1 action is now Ana" in page
    assert 'action="/undo/' in page

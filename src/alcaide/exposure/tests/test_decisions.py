"""Exceptions: asked for by one, approved by another, over on their day, and late again from the old limit."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alcaide.common import eyes
from alcaide.common.eyes import SamePerson
from alcaide.common.models import EyesAnswer, EyesAttempt, EyesOverride
from alcaide.common.permissions import Refused
from alcaide.exposure import services
from alcaide.exposure.models import NO_LIMIT, Action, Decision, Finding
from alcaide.exposure.queries import is_past_limit
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user

from .samples import MONDAY, Host, Item, nessus, stored

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=200)


def scan(*items, at=MONDAY - LONG_AGO):
    file = stored(nessus(Host(items=items or [Item("1", severity=4)], at=at)))
    services.take_in(HOUSE, file=file, unit=make_organization())
    services.renew_limits(HOUSE)
    return Action.objects.get(check_id="1")


def ask(action, *, by=None, kind="exception", days=30, **more):
    until = timezone.localdate() + timedelta(days=days)
    more.setdefault("owner", make_person())
    more.setdefault("evidence", "Looked at the file." if kind == "false_positive" else "")
    return services.ask(by or make_user("analyst"), action, kind=kind, reason="The line stops.", until=until, **more)


def test_asking_moves_nothing():
    action = scan()
    ask(action)
    assert Finding.objects.get().is_late
    action.refresh_from_db()
    assert action.state == "open"


def test_an_exception_in_force_holds_the_limit_off_and_keeps_it():
    action = scan()
    due_on = Finding.objects.get().due_on
    services.approve(make_user("chief"), ask(action))
    finding = Finding.objects.get()
    assert not finding.is_late
    assert finding.due_on == due_on
    action.refresh_from_db()
    assert (action.state, action.decided_findings) == ("accepted", 1)


def test_whoever_asks_does_not_answer():
    chief = make_user("chief")
    decision = ask(scan(), by=chief)
    with pytest.raises(SamePerson):
        services.approve(chief, decision)
    with pytest.raises(SamePerson):
        services.refuse(chief, decision, answer="No.")


def test_only_who_may_decide_in_the_unit_does():
    decision = ask(scan())
    with pytest.raises(Refused):
        services.approve(make_user("analyst"), decision)
    with pytest.raises(Refused):
        services.approve(make_user("chief", unit=make_unit()), decision)


def test_after_its_day_the_finding_is_late_again_from_the_limit_it_had():
    action = scan()
    decision = services.approve(make_user("chief"), ask(action))
    over = Finding.objects.get().due_on
    Decision.objects.filter(pk=decision.pk).update(until=timezone.localdate() - timedelta(days=1))
    services.renew_limits(HOUSE)
    finding = Finding.objects.get()
    assert finding.decision is None
    assert finding.days_over == (timezone.localdate() - over).days
    action.refresh_from_db()
    assert action.state == "open"
    decision.refresh_from_db()
    assert decision.state == "ended"


def test_a_day_that_passed_counts_before_any_job_has_run():
    decision = services.approve(make_user("chief"), ask(scan()))
    Finding.objects.update(limit_on=timezone.localdate() - timedelta(days=1))
    assert Finding.objects.filter(is_past_limit()).exists()
    assert decision.state == "in_force"


def test_a_decision_survives_a_new_rating_and_another_import():
    services.approve(make_user("chief"), ask(scan()))
    scan(Item("1", severity=3, output="other"), at=MONDAY)
    finding = Finding.objects.get()
    assert finding.severity == 3
    assert finding.decision is not None
    assert not finding.is_late


def test_a_new_finding_of_the_same_action_is_not_covered():
    action = scan()
    services.approve(make_user("chief"), ask(action))
    scan(Item("1", severity=4), Item("1", severity=4, port=8443), at=MONDAY)
    action.refresh_from_db()
    assert (action.state, action.open_findings, action.decided_findings) == ("open", 2, 1)


def test_a_false_positive_has_no_limit_and_needs_evidence():
    action = scan()
    with pytest.raises(services.DecisionRefused, match="evidence"):
        ask(action, kind="false_positive", evidence=" ")
    services.approve(make_user("chief"), ask(action, kind="false_positive"))
    assert Finding.objects.get().limit_on == NO_LIMIT


def test_a_window_waits_and_says_until_when():
    action = scan()
    services.approve(make_user("head"), ask(action, kind="window", days=10))
    action.refresh_from_db()
    assert (action.state, action.waits_until) == ("window", timezone.localdate() + timedelta(days=10))


def test_a_renewal_takes_the_place_of_what_it_renews():
    action = scan()
    first = services.approve(make_user("chief"), ask(action))
    later = timezone.localdate() + timedelta(days=90)
    renewal = services.renew(
        make_user("analyst"), first, kind="exception", reason="Still so.", owner=make_person(), until=later
    )
    second = services.approve(make_user("chief"), renewal)
    first.refresh_from_db()
    assert (first.state, Finding.objects.get().decision) == ("ended", second)


def test_the_same_is_not_asked_twice():
    action = scan()
    ask(action)
    with pytest.raises(services.DecisionRefused, match="already waits"):
        ask(action)


def test_a_withdrawn_question_cannot_be_answered():
    by = make_user("analyst")
    decision = services.withdraw(by, ask(scan(), by=by))
    with pytest.raises(services.DecisionRefused, match="answered already"):
        services.approve(make_user("chief"), decision)


def test_a_refusal_says_why():
    decision = ask(scan())
    with pytest.raises(services.DecisionRefused, match="why"):
        services.refuse(make_user("chief"), decision, answer="")


@pytest.mark.parametrize("days", [0, -1, 400])
def test_an_exception_lies_ahead_and_ends_within_a_year(days):
    with pytest.raises(services.DecisionRefused):
        ask(scan(), days=days)


def propose(source="maker.json"):
    finding = Finding.objects.get()
    return services.propose(
        HOUSE, unit_id=finding.unit_id, title=finding.name, keys=[finding.key], source=source,
        reason="The maker says: not affected.",
    )  # fmt: skip


def test_a_proposal_opens_nothing_until_a_person_confirms_it():
    scan()
    decision = propose()
    assert Finding.objects.get().decision is None
    services.approve(make_user("chief"), decision)
    assert Finding.objects.get().decision == decision


def test_a_refused_proposal_does_not_come_back_from_the_same_source():
    scan()
    services.refuse(make_user("chief"), propose(), answer="We do use that part.")
    assert propose() is None
    assert propose("another.json") is not None


def test_ending_early_brings_the_limit_back():
    decision = services.approve(make_user("chief"), ask(scan()))
    services.end_early(make_user("analyst"), decision, why="The window came sooner.")
    assert Finding.objects.get().is_late


def test_on_the_page_too_who_asked_is_stopped_and_the_try_is_kept(client):
    chief = make_user("chief")
    decision = ask(scan(), by=chief)
    client.force_login(chief)
    said = client.post(reverse("exception-approve", args=[decision.uid]), follow=True).content.decode()
    assert "You asked for this" in said
    assert Decision.objects.get(pk=decision.pk).state == "asked"
    assert EyesAttempt.objects.get().about == decision.subject


def test_in_an_emergency_who_asked_goes_on_alone_and_a_review_undoes_it(client):
    chief = make_user("chief")
    decision = ask(scan(), by=chief)
    client.force_login(chief)
    client.post(reverse("exception-approve", args=[decision.uid]), {"emergency": "The line stands still."})
    decision.refresh_from_db()
    assert (decision.state, decision.is_alone, decision.decided_by) == ("in_force", True, chief)
    eyes.review(make_user("head"), EyesOverride.objects.get(), verdict="undone", words="It could wait.")
    decision.refresh_from_db()
    assert decision.state == "ended"


def test_the_gate_asks_the_database_three_times():
    chief, decision = make_user("chief"), ask(scan())
    with CaptureQueriesContext(
        connection,
    ) as told:
        services.approve(chief, decision)
    gate = [each["sql"] for each in told if "eyes" in each["sql"]]
    assert len(gate) <= 3
    assert EyesAnswer.objects.get().right == "own"

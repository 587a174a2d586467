"""The pages: what to fix first, bulk acts, exceptions and their answers, the table of limits."""

import io
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from alcaide.common.models import Priced, TrailLine
from alcaide.common.registries import everything_dated, everything_due
from alcaide.exposure import services
from alcaide.exposure.models import (
    Action,
    Decision,
    Finding,
    FindingAlias,
    FindingFlaw,
    FlawFacts,
    LimitTable,
)
from alcaide.exposure.queries import action_pressure, pressure
from alcaide.organization.queries import first_chief
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user
from alcaide.threats.services import take_in_epss, take_in_kev

from .samples import MONDAY, Host, Item, epss, kev, nessus, stored

pytestmark = pytest.mark.django_db
OLD = MONDAY - timedelta(days=300)


@pytest.fixture
def chief(client):
    user = make_user("chief")
    client.force_login(user)
    return user


def scan(*items, unit=None, at=OLD, name="srv-1.almena.example"):
    file = stored(nessus(Host(name, items or [Item("1", severity=4, name="Old TLS"), Item("2")], at=at)))
    services.take_in(HOUSE, file=file, unit=unit or make_organization())
    services.renew_limits(HOUSE)


def price(**amounts):
    """Price actions by their check, as a run does: in euros a year."""
    run = uuid4()
    for check, amount in amounts.items():
        action = Action.objects.get(check_id=check.removeprefix("c"))
        Priced.objects.create(
            subject=action.subject, figure="removed_a_year", amount_minor=amount * 100, low_minor=amount * 50,
            high_minor=amount * 200, currency="EUR", run=run, at=timezone.now(),
        )  # fmt: skip
    return services.take_prices(HOUSE, run=run, at=timezone.now())


def shown(client, name, *args, query=""):
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_day_says_what_to_do(client, chief):
    make_organization()
    assert "No actions yet." in shown(client, "actions")


def test_the_heading_is_the_answer(client, chief):
    scan()
    price(c1=50_000, c2=1_000)
    page = shown(client, "actions")
    assert "2 hours remove €51k a year." in page
    assert "Start with “Fix: Old TLS”" in page


def test_without_a_price_the_page_says_so(client, chief):
    scan()
    page = shown(client, "actions")
    assert "2 actions are open." in page
    assert "None is priced" in page


def test_actions_stand_by_money_for_an_hour(client, chief):
    scan()
    price(c1=1_000, c2=50_000)
    page = shown(client, "actions")
    assert page.index("Fix: Check 2</a>") < page.index("Fix: Old TLS</a>")


def test_a_price_of_an_older_run_does_not_stay():
    scan()
    price(c1=1_000, c2=50_000)
    Priced.objects.all().delete()
    assert price(c1=10) == 1
    assert Action.objects.get(check_id="2").removes is None


def test_the_same_prices_again_add_no_line_to_the_trail():
    scan()
    price(c1=1_000)
    [run, at] = Action.objects.filter(check_id="1").values_list("priced_run", "priced_at").get()
    lines = TrailLine.objects.count()
    assert services.take_prices(HOUSE, run=run, at=at) == 1
    assert TrailLine.objects.count() == lines


def test_an_opened_row_shows_what_it_rests_on(client, chief):
    take_in_kev(HOUSE, file=stored(kev(("CVE-2024-0001", "2025-11-01")), "kev.json"))
    scan(Item("1", severity=4, cves=("CVE-2024-0001",)))
    action = Action.objects.get()
    page = shown(client, "actions", query=f"?open={action.uid}")
    for words in ("Why no sum yet", "Exploited in the wild, listed since", "Verified by the next scan", "Update it."):
        assert words in page


def test_pressure_after_an_action_is_that_without_its_flaws():
    scores = epss(("CVE-2024-0001", 0.2), ("CVE-2024-0002", 0.1))
    take_in_epss(HOUSE, file=stored(scores, "epss.csv"))
    scan(Item("1", cves=("CVE-2024-0001", "CVE-2024-0002")), Item("2", cves=("CVE-2024-0002",)))
    [host] = pressure(list(Finding.objects.values_list("asset_id", flat=True).distinct()))
    found = {each.action_id: each for each in action_pressure()}
    first = found[Action.objects.get(check_id="1").pk]
    assert first.low == pytest.approx(host.chance_low)
    assert first.high == pytest.approx(host.chance_high)
    assert first.low_after == pytest.approx(0.1)
    second = found[Action.objects.get(check_id="2").pk]
    assert second.low_after == pytest.approx(second.low)


def test_an_action_takes_no_flaw_that_another_finding_holds_by_another_name():
    scores = epss(("CVE-2024-0001", 0.2))
    take_in_epss(HOUSE, file=stored(scores, "epss.csv"))
    scan(Item("1", cves=("CVE-2024-0001",)), Item("2"))
    numbered, named = (Finding.objects.get(check_id=check) for check in "12")
    FindingFlaw.objects.create(finding=named, cve="GHSA-aaaa-bbbb-cccc")
    FindingAlias.objects.create(finding=numbered, name="GHSA-aaaa-bbbb-cccc")
    [host] = pressure([numbered.asset_id])
    found = {each.action_id: each for each in action_pressure()}
    assert host.flaws == 1
    assert found.keys() >= {numbered.action_id}
    assert {(each.low, each.low_after) for each in found.values()} == {(host.chance_low, host.chance_low)}


def test_a_list_of_actions_asks_at_most_twelve_times(client, chief, django_assert_max_num_queries):
    scan(*[Item(str(number)) for number in range(30)])
    client.get(reverse("actions"))
    with django_assert_max_num_queries(12 + 6):  # the page's frame has its own: session, user, bar
        client.get(reverse("actions"))


def test_the_sums_of_ticked_actions_are_told(client, chief):
    scan()
    price(c1=50_000, c2=1_000)
    uids = "&".join(f"uid={action.uid}" for action in Action.objects.all())
    told = " ".join(shown(client, "actions-sums", query=f"?{uids}").split())
    assert told == "2 h, €51k a year, each alone and added"
    one = Action.objects.get(check_id="1").uid
    assert shown(client, "actions-sums", query=f"?uid={one}").strip() == "1 h, removes €50k a year (€25–100k)"
    assert "0 h, not priced" in " ".join(shown(client, "actions-sums", query="?uid=nonsense").split())


def test_actions_are_assigned_and_promised_from_the_list(client, chief):
    scan()
    person, uids = make_person("Marta Ruiz"), [str(uid) for uid in Action.objects.values_list("uid", flat=True)]
    page = client.post(reverse("actions-assign"), {"uid": uids})
    assert "Who does it?" in page.content.decode()
    client.post(reverse("actions-assign"), {"uid": uids, "given": "1", "owner": person.name})
    assert set(Action.objects.values_list("owner__name", flat=True)) == {"Marta Ruiz"}
    on = timezone.localdate() + timedelta(days=4)
    client.post(reverse("actions-promise"), {"uid": uids, "given": "1", "on": on.isoformat()})
    assert set(Action.objects.values_list("promised_on", flat=True)) == {on}


def test_a_promise_whose_day_has_passed_is_called_late(client, chief):
    scan()
    Action.objects.update(owner=make_person("Marta Ruiz"), promised_on=timezone.localdate() - timedelta(days=1))
    action = Action.objects.first()
    assert ", late" in shown(client, "actions")
    assert ", late</span>" in shown(client, "action", action.uid)
    Action.objects.update(promised_on=timezone.localdate())
    assert ", late" not in shown(client, "actions") + shown(client, "action", action.uid)


def test_what_is_refused_stands_on_the_form(client, chief):
    scan()
    about = {"uid": str(Action.objects.first().uid), "given": "1", "on": timezone.localdate().isoformat()}
    answer = client.post(reverse("actions-promise"), about)
    assert answer.status_code == 422
    assert "no owner yet" in answer.content.decode()


def test_nobody_acts_on_what_they_do_not_see(client):
    scan(unit=make_unit())
    client.force_login(make_user("analyst", unit=make_unit()))
    uid = Action.objects.first().uid
    assert client.get(reverse("action", args=[uid])).status_code == 404
    client.post(reverse("actions-assign"), {"uid": str(uid), "given": "1", "owner": make_person().name})
    assert Action.objects.filter(owner__isnull=False).count() == 0
    assert "Nothing is known" not in shown(client, "exceptions")


def ask_on_the_page(client, action):
    given = {
        "uid": str(action.uid), "given": "1", "kind": "exception", "owner": make_person().name,
        "reason": "Line 2 stops.",
        "until": (timezone.localdate() + timedelta(days=20)).isoformat(), "evidence": "",
    }  # fmt: skip
    client.post(reverse("actions-ask"), given)
    return Decision.objects.get()


def test_an_exception_goes_from_question_to_answer(client, chief):
    scan()
    decision = ask_on_the_page(client, Action.objects.get(check_id="1"))
    assert "You asked for this, so somebody else answers." in shown(client, "exception", decision.uid)
    client.force_login(make_user("head"))
    assert "Approve" in shown(client, "exception", decision.uid)
    client.post(reverse("exception-approve", args=[decision.uid]), {"answer": "Until the stop."})
    decision.refresh_from_db()
    assert (decision.state, decision.answer) == ("in_force", "Until the stop.")
    assert "Fix: Old TLS" in shown(client, "actions", query="?view=accepted")
    assert TrailLine.objects.filter(verb="approve_exception", subject=decision.subject).exists()


def test_in_a_house_with_one_chief_the_form_says_at_once_what_to_do(client):
    scan()
    client.force_login(first_chief())
    uids = [str(uid) for uid in Action.objects.values_list("uid", flat=True)]
    page = client.post(reverse("actions-ask"), {"uid": uids}).content.decode()
    assert "Nobody else may answer yet." in page
    assert "Grant a role" in page
    decision = ask_on_the_page(client, Action.objects.get(check_id="1"))
    assert "grant them the role Chief security officer or Department head" in shown(client, "exception", decision.uid)
    head = make_user("head")
    assert f"{head.name} may answer." in shown(client, "exception", decision.uid)
    assert "Nobody else" not in client.post(reverse("actions-ask"), {"uid": uids}).content.decode()


def test_a_refusal_without_words_is_told_not_done(client, chief):
    scan()
    decision = ask_on_the_page(client, Action.objects.get(check_id="1"))
    client.force_login(make_user("head"))
    answer = client.post(reverse("exception-refuse", args=[decision.uid]), {"answer": ""}, follow=True)
    assert "Say why it is refused" in answer.content.decode()
    decision.refresh_from_db()
    assert decision.state == "asked"


def test_the_question_waits_for_another_not_for_who_asked(client, chief):
    scan()
    decision = ask_on_the_page(client, Action.objects.get(check_id="1"))
    other = make_user("chief")
    assert decision.subject in {due.subject for due in everything_due(other)}
    assert decision.subject not in {due.subject for due in everything_due(chief)}


def test_promised_days_and_ends_stand_in_the_dates(client, chief):
    scan()
    action = Action.objects.get(check_id="1")
    services.assign(HOUSE, [action], owner=make_person())
    services.promise(HOUSE, [action], on=timezone.localdate() + timedelta(days=3))
    services.approve(make_user("chief"), ask_on_the_page(client, Action.objects.get(check_id="2")))
    today = timezone.localdate()
    dated = {each.subject for each in everything_dated(chief, today, today + timedelta(days=91))}
    assert {action.subject, Decision.objects.get().subject} <= dated


def test_an_own_table_moves_open_findings_and_says_how_many(client, chief):
    scan()
    given = {
        "kind": "own", "reason": "Board of March", "opened": 0, "rows-TOTAL_FORMS": 2, "rows-INITIAL_FORMS": 0,
        "rows-0-severity": "critical", "rows-0-exploited": "any", "rows-0-exposed": "any", "rows-0-days": 5,
        "rows-1-severity": "any", "rows-1-exploited": "any", "rows-1-exposed": "any", "rows-1-days": "",
    }  # fmt: skip
    assert client.post(reverse("limits-change"), given).status_code == 302
    services.renew_limits(HOUSE)
    assert Finding.objects.get(check_id="1").due_on == timezone.localtime(OLD).date() + timedelta(days=5)
    assert LimitTable.objects.get().counts["earlier"] == 1
    page = shown(client, "limits")
    assert "Limits come from our own table." in page
    assert "Of 2 open findings 1 are due earlier, 1 later." in page
    answer = client.post(reverse("limits-change"), given)
    assert "Somebody set another table" in answer.content.decode()


def test_an_unusable_row_is_refused_by_name(client, chief):
    scan()
    given = {"kind": "own", "reason": "x", "opened": 0, "rows-TOTAL_FORMS": 0, "rows-INITIAL_FORMS": 0}
    answer = client.post(reverse("limits-change"), given)
    assert answer.status_code == 422
    assert "no row yet" in answer.content.decode()


def test_stated_facts_move_limits_and_say_who_says_so(client, chief):
    scan(Item("1", cves=("CVE-2024-0001",)))
    about = {"automatable": "yes", "impact": "partial", "source": "our own test"}
    client.post(reverse("flaw-facts", args=["CVE-2024-0001"]), about)
    services.renew_limits(HOUSE)
    why = Finding.objects.get().due_why
    assert "automatable (stated here, our own test), partial impact (stated here, our own test)" in why


def test_published_facts_do_not_overwrite_what_somebody_stated(client, chief):
    services.state_facts(HOUSE, cve="CVE-2024-0001", automatable=False, impact="partial", source="test")
    text = "cve,automatable,impact\nCVE-2024-0001,yes,total\ncve-2024-0002,yes,total\n"
    counts = services.take_facts(HOUSE, io.StringIO(text), source="CISA Vulnrichment", on=date(2026, 11, 20))
    assert dict(counts) == {"taken": 1, "kept": 1}
    assert FlawFacts.objects.get(cve="CVE-2024-0001").automatable is False
    again = services.take_facts(HOUSE, io.StringIO(text), source="CISA Vulnrichment", on=date(2026, 11, 21))
    assert again["taken"] == 1


def test_facts_are_listed_with_who_said_so_and_where(client, chief):
    make_organization()
    assert "Nothing is stated of any flaw yet." in shown(client, "flaw-facts-list")
    services.state_facts(chief, cve="CVE-2024-0001", automatable=False, impact="partial", source="our own test")
    text = "cve,automatable,impact\nCVE-2024-0002,yes,\n"
    services.take_facts(HOUSE, io.StringIO(text), source="CISA Vulnrichment", on=date(2026, 11, 20))
    page = shown(client, "flaw-facts-list")
    for words in ("Facts of 2 flaws are stated.", chief.name, "our own test", "CISA Vulnrichment", "not said"):
        assert words in page
    assert "CVE-2024-0002" not in shown(client, "flaw-facts-list", query="?view=person")
    assert reverse("flaw-facts-list") in shown(client, "limits")


def test_the_list_of_facts_is_exported(client, chief):
    services.state_facts(chief, cve="CVE-2024-0001", automatable=True, impact="total", source="our own test")
    answer = client.get(reverse("flaw-facts-list") + "?export=csv")
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"our own test" in text


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "cve,automatable,impact\nCVE-1,perhaps,total\n"])
def test_facts_that_cannot_be_read_name_the_line(text):
    with pytest.raises(services.FactsUnusable, match=r"line|Line"):
        services.take_facts(HOUSE, io.StringIO(text), source="x", on=date(2026, 11, 20))


def test_the_pages_of_one_action_and_one_finding_open(client, chief):
    scan()
    action = Action.objects.get(check_id="1")
    services.approve(make_user("chief"), ask_on_the_page(client, action))
    assert "Tolerated until a day" in shown(client, "action", action.uid)
    assert "Tolerated until a day" in shown(client, "finding", Finding.objects.get(check_id="1").uid)
    assert "1 finding" in shown(client, "findings", query=f"?action={action.uid}")


def test_hours_are_said_with_their_grounds(client, chief):
    scan()
    action = Action.objects.get(check_id="1")
    given = {"hours": "4.5", "basis": "judgement", "why": "Two windows", "version": action.version}
    client.post(reverse("action-hours", args=[action.uid]), given)
    action.refresh_from_db()
    assert action.hours == 4.5
    answer = client.post(reverse("action-hours", args=[action.uid]), given)
    assert answer.status_code == 422

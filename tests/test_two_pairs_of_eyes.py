"""Two pairs of eyes: whoever asks does not answer, in any room, on any page, by anybody's delegation."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import alcaide
from alcaide.common import eyes
from alcaide.common.eyes import queries, services
from alcaide.common.models import EyesAnswer, EyesAttempt, EyesOverride, EyesRequest, TrailLine, User
from alcaide.common.permissions import Refused, permissions
from alcaide.common.waiting import all_due_for
from alcaide.organization import services as organization
from alcaide.organization.models import APPETITE, SET_APPETITE, Appetite, Grant, Unit
from alcaide.organization.queries import appetite_of, root_unit
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.project.checks import LOOK, OK, _alone
from alcaide.project.home import current

pytestmark = pytest.mark.django_db

# What the design says needs two people, of what the house does today; later rooms add theirs.
NEEDED = {"organization.appetite", "organization.whole_list", "exposure.exception", "risk.acceptance",
          "risk.acceptance_above", "common.purge_rule", "common.hold_release"}  # fmt: skip
# Fields that say that one person asked and another answered, in any room's table.
MAKERS = {"asked_by", "requested_by", "brought_by", "release_asked_by"}
CHECKERS = {"decided_by", "answered_by", "approved_by", "released_by"}


def asked(by: User, *, limit: int = 3_000_000_00, unit: Unit | None = None) -> EyesRequest:
    return organization.ask_appetite(
        by, unit=unit or root_unit(), limit_minor=limit, currency="EUR", chance=0.05, note="The board, in May"
    )


@pytest.fixture
def chief() -> User:
    make_organization()
    return make_user("chief")


def later(days: float) -> Iterator[None]:
    return patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(days=days))


class TestAsking:
    def test_nothing_changes_until_somebody_else_approves(self, chief):
        waiting = asked(chief)
        assert appetite_of(root_unit()) is None
        done = eyes.approve(make_user("executive"), waiting)
        assert (done.state, appetite_of(root_unit()).limit_minor) == ("approved", 3_000_000_00)
        assert Appetite.objects.get().subject == done.result
        assert Appetite.objects.get().set_by == chief

    def test_who_asked_may_not_answer_and_the_try_is_kept(self, chief):
        waiting, other = asked(chief), make_user("executive")
        for answer in (eyes.approve, lambda by, row: eyes.refuse(by, row, words="No.")):
            with pytest.raises(eyes.SamePerson, match=f"You asked for this.*{other.name}"):
                answer(chief, waiting)
        assert EyesRequest.objects.get().state == "waiting"
        assert [each.how for each in EyesAttempt.objects.filter(by=chief)] == ["own", "own"]
        assert TrailLine.objects.filter(verb="try_own_answer", subject=waiting.subject).count() == 2

    def test_the_try_is_kept_from_within_another_write_that_is_taken_back(self, chief):
        waiting = asked(chief)
        with pytest.raises(eyes.SamePerson):
            services.write(lambda: eyes.approve(chief, waiting))()
        assert EyesAttempt.objects.count() == 1

    def test_without_the_role_nobody_answers(self, chief):
        waiting = asked(chief)
        with pytest.raises(Refused):
            eyes.approve(make_user("analyst"), waiting)
        with pytest.raises(Refused):
            eyes.approve(make_user("chief", unit=make_unit()), waiting)
        assert not EyesAttempt.objects.exists()

    def test_a_person_cannot_set_an_appetite_past_the_mechanism(self, chief):
        with pytest.raises(Refused, match="second person"):
            organization.set_appetite(chief, unit=root_unit(), limit_minor=1, currency="EUR", chance=0.05)

    def test_a_refusal_needs_words_and_applies_nothing(self, chief):
        waiting, other = asked(chief), make_user("executive")
        with pytest.raises(eyes.EyesRefused, match="Say why"):
            eyes.refuse(other, waiting, words=" ")
        assert eyes.refuse(other, waiting, words="Too much.").state == "refused"
        assert not Appetite.objects.exists()

    def test_the_same_is_not_asked_twice(self, chief):
        asked(chief)
        with pytest.raises(eyes.AlreadyAsked):
            asked(make_user("executive"))

    def test_only_who_asked_withdraws(self, chief):
        waiting = asked(chief)
        with pytest.raises(Refused):
            eyes.withdraw(make_user("executive"), waiting)
        assert eyes.withdraw(chief, waiting).state == "withdrawn"

    def test_of_two_answers_the_second_is_told(self, chief):
        waiting = asked(chief)
        eyes.approve(make_user("executive"), waiting)
        with pytest.raises(services.AlreadyAnswered, match="approved"):
            eyes.refuse(make_user("executive"), waiting, words="Late.")


class TestWhatIsFrozen:
    def test_what_changed_meanwhile_is_asked_again(self, chief):
        waiting = asked(chief)
        organization.set_appetite(HOUSE, unit=root_unit(), limit_minor=5, currency="EUR", chance=0.05)
        with pytest.raises(services.Stale, match="Another appetite"):
            eyes.approve(make_user("executive"), waiting)

    def test_a_subject_of_another_version_is_asked_again(self, chief):
        waiting = asked(chief)
        Unit.objects.filter(pk=root_unit().pk).update(version=99)
        with pytest.raises(services.Stale, match="changed since"):
            eyes.approve(make_user("executive"), waiting)

    def test_what_was_tampered_with_is_not_applied(self, chief):
        waiting = asked(chief)
        EyesRequest.objects.update(given={**waiting.given, "limit_minor": 1})
        with pytest.raises(eyes.EyesRefused, match="fingerprint"):
            eyes.approve(make_user("executive"), waiting)

    def test_a_page_that_showed_something_else_approves_nothing(self, chief):
        with pytest.raises(eyes.EyesRefused, match="showed something else"):
            eyes.approve(make_user("executive"), asked(chief), sha256="0" * 64)


class TestClocks:
    def test_after_its_last_day_nobody_answers_and_the_clock_stepping_back_revives_nothing(self, chief):
        waiting, other = asked(chief), make_user("executive")
        with later(16), pytest.raises(eyes.Expired):
            eyes.approve(other, waiting)
        assert EyesRequest.objects.get().state == "expired"
        with pytest.raises(services.AlreadyAnswered, match="expired"):
            eyes.approve(other, waiting)

    def test_the_hourly_look_ends_what_nobody_answered(self, chief):
        asked(chief)
        assert services.expire() == 0
        with later(16):
            assert services.expire() == 1

    def test_a_last_day_on_which_clocks_change_ends_with_that_day_there(self, chief):
        Grant.objects.update(from_on=date(2020, 1, 1))
        with timezone.override("Europe/Madrid"):
            # Fourteen days before the night in which clocks went back in Spain in 2026.
            at = datetime(2026, 10, 11, 10, tzinfo=timezone.get_current_timezone())
            with patch("django.utils.timezone.now", return_value=at):
                waiting = asked(chief)
        assert str(waiting.answer_by) == "2026-10-25"
        assert waiting.ends_at.isoformat() in {"2026-10-26T00:00:00+01:00", "2026-10-25T23:00:00+00:00"}


class TestStandIns:
    def name(self, giver: User, taker: User, **more) -> None:
        today = timezone.localdate()
        eyes.stand_in(
            giver, taker, acts_given=(), unit_id=None, from_on=today, until_on=today + timedelta(days=7), why="Leave",
            **more,
        )  # fmt: skip

    def test_who_stands_in_answers_and_it_shows_for_whom(self, chief):
        executive, taker = make_user("executive"), make_user("analyst")
        self.name(executive, taker)
        waiting = asked(chief)
        assert f"{taker.name} for {executive.name}" in eyes.others_who_may(
            APPETITE, unit_id=root_unit().pk, but={chief.pk}, user=chief
        ).words  # fmt: skip
        assert waiting in queries.to_answer(taker)
        eyes.approve(taker, waiting)
        assert EyesAnswer.objects.get(by=taker).instead_of == executive

    def test_who_stands_in_for_the_asker_does_not_answer_for_them(self, chief):
        taker = make_user("analyst")
        self.name(chief, taker)
        waiting = asked(chief)
        assert waiting not in queries.to_answer(taker)
        with pytest.raises(eyes.SamePerson, match=f"{chief.name} asked for this"):
            eyes.approve(taker, waiting)
        assert EyesAttempt.objects.get().how == "for_maker"

    def test_who_asked_does_not_answer_by_standing_in(self, chief):
        executive, head = make_user("executive"), make_user("head")
        self.name(executive, chief)
        with pytest.raises(eyes.SamePerson):
            eyes.approve(chief, asked(chief))
        assert not eyes.may_answer(head, APPETITE, unit_id=root_unit().pk, makers={chief.pk})

    def test_it_ends_with_the_givers_role_and_is_not_handed_on(self, chief):
        executive, taker, third = make_user("executive"), make_user("analyst"), make_user("analyst")
        self.name(executive, taker)
        with pytest.raises(eyes.EyesRefused):
            self.name(taker, third)
        Grant.objects.filter(user=executive).update(until_on=timezone.localdate() - timedelta(days=1),
                                                    from_on=timezone.localdate() - timedelta(days=9))  # fmt: skip
        with pytest.raises(Refused):
            eyes.approve(taker, asked(chief))

    def test_it_holds_on_its_days_alone(self, chief):
        executive, taker = make_user("executive"), make_user("analyst")
        self.name(executive, taker)
        waiting = asked(chief)
        with later(8), pytest.raises(Refused):
            eyes.approve(taker, waiting)

    def test_it_reaches_no_further_than_its_unit(self, chief):
        plant, executive, taker = make_unit(), make_user("executive"), make_user("analyst")
        today = timezone.localdate()
        eyes.stand_in(executive, taker, acts_given=[APPETITE], unit_id=plant.pk, from_on=today, until_on=today, why="x")
        with pytest.raises(Refused):
            eyes.approve(taker, asked(chief))
        assert eyes.approve(taker, asked(chief, unit=plant)).state == "approved"


class TestEmergencies:
    def test_who_may_ask_goes_on_alone_and_it_is_listed_until_another_reviews_it(self, chief):
        done = eyes.override(chief, asked(chief), "The insurer asks today.")
        assert (done.state, appetite_of(root_unit()).limit_minor) == ("overridden", 3_000_000_00)
        row = queries.unreviewed_overrides().get()
        assert _alone(current()).state == LOOK
        executive = make_user("executive")
        assert row.subject in {due.subject for due in all_due_for(executive)}
        assert row.subject not in {due.subject for due in all_due_for(chief)}
        with pytest.raises(eyes.SamePerson):
            eyes.review(chief, row, verdict="agreed", words="Fine.")
        eyes.review(executive, row, verdict="referred", words="To the board.")
        assert queries.unreviewed_overrides().exists()
        eyes.review(executive, row, verdict="agreed", words="The board saw it.")
        assert not queries.unreviewed_overrides().exists()
        assert _alone(current()).state == OK

    def test_the_review_undoes_it(self, chief):
        organization.set_appetite(HOUSE, unit=root_unit(), limit_minor=700, currency="EUR", chance=0.1)
        eyes.override(chief, asked(chief), "Today.")
        eyes.review(make_user("executive"), EyesOverride.objects.get(), verdict="undone", words="It could wait.")
        assert appetite_of(root_unit()).limit_minor == 700

    def test_it_needs_a_reason_and_the_right_to_ask(self, chief):
        waiting = asked(chief)
        with pytest.raises(eyes.EyesRefused, match="cannot wait"):
            eyes.override(chief, waiting, " ")
        with pytest.raises(Refused):
            eyes.override(make_user("head"), waiting, "Now.")

    def test_who_could_answer_anyway_simply_answers(self, chief):
        assert eyes.override(make_user("executive"), asked(chief), "Now.").state == "approved"
        assert not EyesOverride.objects.exists()

    def test_an_act_without_an_emergency_way_always_waits(self, chief):
        with pytest.raises(Refused, match="no emergency way"):
            services.write(eyes.gate)(
                chief, "risk.acceptance_above", about="x:1", unit_id=root_unit().pk, makers=[chief], override="Now."
            )

    def test_the_only_person_is_told_what_to_do_first(self):
        make_organization()
        only = User.objects.get()
        with pytest.raises(eyes.SamePerson, match="Nobody else may answer yet"):
            eyes.approve(only, asked(only))


class TestOddAnswers:
    def test_a_role_granted_by_who_asked_afterwards_is_marked(self, chief):
        waiting, friend = asked(chief), make_user(None)
        organization.grant(chief, user=friend, role="executive", unit=root_unit())
        eyes.approve(friend, waiting)
        assert EyesAnswer.objects.get(by=friend).flags == "granted_by_asker"

    def test_more_answers_in_a_minute_than_can_be_read_are_marked(self, chief):
        executive = make_user("executive")
        for number in range(11):
            eyes.approve(executive, asked(chief, limit=1_000 + number))
        assert [each.flags for each in EyesAnswer.objects.order_by("pk")] == [""] * 10 + ["fast"]


class TestPages:
    def page(self, who: User, name: str, *args) -> str:
        client = Client()
        client.force_login(who)
        return " ".join(client.get(reverse(name, args=args)).content.decode().split())

    def test_who_asked_reads_who_may_answer_and_cannot(self, chief):
        waiting, other = asked(chief), make_user("executive")
        page = self.page(chief, "eyes-request", waiting.uid)
        assert "You asked for this, so somebody else answers." in page
        assert f"{other.name} may answer." in page or other.name in page
        assert reverse("eyes-approve", args=[waiting.uid]) not in page
        client = Client()
        client.force_login(chief)
        answer = client.post(reverse("eyes-approve", args=[waiting.uid]), follow=True)
        assert "You asked for this" in answer.content.decode()
        assert EyesAttempt.objects.count() == 1

    def test_another_reads_what_changes_and_approves(self, chief):
        organization.set_appetite(HOUSE, unit=root_unit(), limit_minor=2_000_000_00, currency="EUR", chance=0.05)
        waiting, other = asked(chief), make_user("executive")
        page = self.page(other, "eyes-request", waiting.uid)
        assert '<td data-label="Before">€2M</td><td data-label="After">€3M</td>' in page
        client = Client()
        client.force_login(other)
        client.post(reverse("eyes-approve", args=[waiting.uid]), {"sha256": waiting.sha256})
        assert EyesRequest.objects.get().state == "approved"

    def test_in_bulk_each_is_shown_first_and_ones_own_is_not_there(self, chief):
        mine = asked(chief)
        theirs = asked(make_user("executive"), unit=make_unit())
        client = Client()
        client.force_login(chief)
        url = reverse("eyes-approve-many")
        shown = client.post(url, {"uid": [mine.uid, theirs.uid]}).content.decode()
        assert str(theirs.uid) in shown
        assert str(mine.uid) not in shown
        sure = {"uid": [mine.uid, theirs.uid], "sure": "1", f"sha256-{mine.uid}": mine.sha256,
                f"sha256-{theirs.uid}": theirs.sha256}  # fmt: skip
        client.post(url, sure)
        assert set(EyesRequest.objects.values_list("pk", "state")) == {(mine.pk, "waiting"), (theirs.pk, "approved")}

    def test_somebody_of_another_unit_sees_nothing_of_it(self, chief):
        waiting = asked(chief)
        client = Client()
        client.force_login(make_user("head", unit=make_unit()))
        assert client.get(reverse("eyes-request", args=[waiting.uid])).status_code == 404

    def test_every_page_opens_with_something_on_it(self, chief):
        plant = make_unit()
        eyes.override(chief, asked(chief), "Today.")
        with pytest.raises(eyes.SamePerson):
            eyes.approve(chief, asked(chief, unit=plant))
        auditor = make_user("auditor")
        for name in ("eyes-to-answer", "eyes-requests", "eyes-overrides", "eyes-attempts", "eyes-stand-ins"):
            assert self.page(auditor, name), name
        assert "The insurer" not in self.page(auditor, "eyes-attempts")
        assert "Today." in self.page(auditor, "eyes-override", EyesOverride.objects.get().uid)

    def test_a_stand_in_is_named_on_its_page(self, chief):
        taker, client = make_user("executive"), Client()
        client.force_login(chief)
        today = timezone.localdate()
        form = {"taker": taker.email, "from_on": today, "until_on": today, "why": "Away"}
        assert client.post(reverse("eyes-stand-ins"), form).status_code == 302
        assert taker.name in self.page(chief, "eyes-stand-ins")


class TestEveryAct:
    def test_what_the_design_names_is_declared(self):
        assert {act.key for act in eyes.acts()} >= NEEDED

    def test_each_act_is_applied_by_the_mechanism_or_its_services_pass_the_gate(self):
        for act in eyes.acts():
            if act.apply is None:
                assert act.answered_in, f"{act.key}: name the services that answer it"
            for name in act.answered_in:
                assert passes_the_gate(name), f"{name} answers {act.key} past the gate"

    def test_each_table_with_an_asker_and_an_answerer_belongs_to_an_act(self):
        known = {act.of for act in eyes.acts()} | {EyesRequest.SUBJECT}
        for model in apps.get_models():
            fields = {field.name for field in model._meta.get_fields()}
            if fields & MAKERS and fields & CHECKERS:
                assert getattr(model, "SUBJECT", "") in known, f"{model.__name__}: declare its act with eyes.offer"

    def test_no_other_code_compares_who_asked_with_who_answers(self):
        root = inspect.getfile(alcaide).rpartition("/")[0]
        found = sorted(set(comparisons(root)))
        assert found == [], "ask eyes.gate or eyes.may_answer instead"

    def test_both_permissions_of_each_act_are_declared(self):
        for act in eyes.acts():
            assert {act.ask, act.answer} <= set(permissions()), act.key
        assert eyes.act_of(APPETITE).answer == SET_APPETITE


def passes_the_gate(name: str) -> bool:
    """Tell whether a service, or a private function of its module that it calls, calls the gate."""
    module, _, verb = name.rpartition(".")
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    bodies = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    wanted, seen = [verb], set()
    while wanted:
        at = wanted.pop()
        if at in seen or at not in bodies:
            continue
        seen.add(at)
        for call in (node for node in ast.walk(bodies[at]) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "gate":
                return True
            if isinstance(call.func, ast.Name):
                wanted.append(call.func.id)
    return False


def comparisons(root: str) -> Iterator[str]:
    """Yield services in which who acts is compared with who asked, which is the gate's business alone.

    Who takes their own question back is another matter.
    """
    for path in [*Path(root).glob("*/services/**/*.py"), *Path(root).glob("**/services.py")]:
        verbs = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))
        for verb in (
            each for each in verbs if not each.name.startswith("withdraw") and "gate(" not in ast.unparse(each)
        ):
            for node in (each for each in ast.walk(verb) if isinstance(each, ast.Compare)):
                sides = " ".join(ast.unparse(each) for each in (node.left, *node.comparators))
                if "actor" in sides and any(maker in sides for maker in MAKERS):
                    yield f"{path.name}:{node.lineno} {sides}"

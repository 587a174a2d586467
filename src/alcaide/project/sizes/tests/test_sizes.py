"""A made organization keeps every rule that the services keep."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.models import Count, F
from django.test import TestCase

from alcaide.assets.models import Asset
from alcaide.assets.services import weigh_all
from alcaide.assets.services.assets import tell
from alcaide.common import search
from alcaide.common.models import Bulk, SearchDoc, User
from alcaide.common.permissions import ROLES
from alcaide.common.trail_check import check_trail
from alcaide.controls.models import Measure, MeasureTest
from alcaide.controls.services import _keep_what_tests_say
from alcaide.exposure import services as exposure
from alcaide.exposure.models import Action, Decision, Finding, FindingFlaw, Report, Step, Verdict
from alcaide.exposure.services.reading import PARTS
from alcaide.organization.models import (
    Absence,
    Fact,
    Grant,
    Liaison,
    Organization,
    Person,
    Qualification,
    Unit,
)
from alcaide.project.sizes import XS, NotEmpty, make, must_be_empty
from alcaide.project.sizes.flaws import spread
from alcaide.project.sizes.make import MARK
from alcaide.project.sizes.making import HOUSE, Making, next_id
from alcaide.risk import services as risk
from alcaide.risk.models import NEVER, Effect, Scenario, Tolerance
from alcaide.risk.queries import latest_run
from alcaide.risk.services.scenarios import _ranges_from
from alcaide.threats.models import Exploitation
from alcaide.threats.queries import current

pytestmark = pytest.mark.slow
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ON_ACTION = (
    "title",
    "detail",
    "kind",
    "open_findings",
    "assets",
    "exploited",
    "limit_on",
    "hours",
    "state",
    "severity",
)


def made() -> User:
    return make(XS, say=lambda _: None)


def told_of_actions() -> set[tuple[object, ...]]:
    return set(Action.objects.values_list("unit_id", "package", "check_id", *ON_ACTION))


class MadeHouse(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief = made()

    def test_it_is_as_large_as_was_asked(self):
        found = (Unit.objects.count(), Person.objects.count(), Asset.objects.count(), Finding.objects.count())
        assert found == (XS.units, XS.people, XS.assets, XS.findings)
        assert Scenario.objects.count() == XS.scenarios
        assert not Bulk.objects.filter(finished_at=None).exists()

    def test_every_key_points_at_a_row(self):
        connection.check_constraints()

    def test_the_trail_verifies(self):
        check = check_trail()
        assert check.is_sound, check.faults
        assert check.is_whole

    def test_every_role_is_held(self):
        assert set(Grant.objects.values_list("role", flat=True)) == set(ROLES)

    def test_no_limit_is_another_one_when_it_is_renewed(self):
        assert exposure.renew_limits(HOUSE, force=True) == 0

    def test_actions_are_those_that_the_room_would_make(self):
        ours = told_of_actions()
        Finding.objects.update(action=None)
        Action.objects.all().delete()
        exposure.keep_actions(HOUSE, assets=None)
        theirs = told_of_actions()
        # Of what is closed alone the room makes no action afterwards; it would have made it before the closing.
        assert theirs == {row for row in ours if row[3 + ON_ACTION.index("state")] != "done"}

    def test_counting_the_actions_again_changes_none(self):
        assert exposure.keep_actions(HOUSE, assets=None) == set()

    def test_weighing_the_assets_again_changes_nothing(self):
        weighed = weigh_all(HOUSE)
        assert (weighed.criticality, weighed.classes) == (0, 0)
        assert Asset.objects.exclude(critical_minor=0).exists()

    def test_the_figures_are_the_newest(self):
        assert risk.refresh(HOUSE, cause="Again") is None
        unpriced = Scenario.objects.filter(retired_at=None, priced_run=None)
        assert all(
            len(set(each.estimates.values_list("what", flat=True)) & {"frequency", "loss"}) < 2 for each in unpriced
        )
        assert Scenario.objects.filter(priced_run=latest_run().uid).exists()

    def test_a_scenario_says_from_when_its_ranges_are(self):
        assert all(each.ranges_from == _ranges_from(each) for each in Scenario.objects.all())

    def test_no_effect_is_of_a_dropped_measure(self):
        assert not Effect.objects.filter(measure__state="dropped").exists()

    def test_the_search_knows_assets_as_a_service_tells_of_them(self):
        host = Asset.objects.filter(kind="host").first()
        before = [SearchDoc.objects.filter(subject=host.subject).values().get(), words_of(host)]
        tell(host)
        assert [SearchDoc.objects.filter(subject=host.subject).values().get(), words_of(host)] == before
        assert search.find(self.chief, f"{host.name}.almena.example")[0].subject == host.subject

    def test_everything_of_a_searched_kind_is_found(self):
        for model in (Asset, Action, Person, Unit, Scenario):
            assert SearchDoc.objects.filter(subject__startswith=f"{model.SUBJECT}:").count() == model.objects.count()

    def test_reports_account_for_every_finding(self):
        reports = list(Report.objects.annotate(seen=Count("sightings")))
        assert sum(each.counts["new"] for each in reports) == XS.findings
        assert all(each.counts["items"] == sum(each.counts[part] for part in PARTS) for each in reports)
        assert all(each.counts["hosts"] == each.seen for each in reports)
        assert sum(each.counts["closed"] for each in reports) == Finding.objects.filter(state="closed").count()

    def test_a_finding_was_seen_by_its_reports(self):
        for finding in Finding.objects.select_related("first_report", "last_report"):
            seen = dict(finding.asset.sightings.values_list("report_id", "scanned_at"))
            assert seen[finding.first_report_id] == finding.first_seen_at
            assert seen[finding.last_report_id] == finding.last_seen_at
        assert not Finding.objects.exclude(unit_id=F("asset__unit_id")).exists()

    def test_what_is_closed_says_when_and_by_which_report(self):
        closed = Finding.objects.filter(state="closed")
        assert closed.exists()
        assert Step.objects.filter(what="closed", finding__in=closed, at=F("finding__closed_at")).count() == len(closed)
        assert not Finding.objects.filter(state="open", closed_at__isnull=False).exists()

    def test_feeds_know_the_flaws(self):
        assert current("kev").rows > 0
        assert Finding.objects.filter(exploited_since__isnull=False).exists()
        scored = Exploitation.objects.values("cve")
        assert not FindingFlaw.objects.exclude(cve__in=scored).exists()

    def test_few_assets_have_most_of_the_findings(self):
        counts = sorted(Asset.objects.filter(kind="host").annotate(n=Count("findings")).values_list("n", flat=True))
        assert sum(counts[-len(counts) // 5 :]) > sum(counts) / 2
        assert counts[0] == 0

    def test_some_assets_lack_an_owner_some_are_retired_some_are_not_known(self):
        assert Asset.objects.filter(owner=None).exists()
        assert Asset.objects.filter(retired_at__isnull=False).exists()
        assert Asset.objects.filter(kind="host", reached_from="unknown").exists()

    def test_each_decision_in_force_stands_on_its_findings(self):
        held = Decision.objects.filter(state="in_force")
        assert held.exists()
        assert all(Finding.objects.filter(decision=each).count() == each.findings for each in held)
        assert exposure.keep_actions(HOUSE, assets=None) == set()

    def test_decisions_pass_the_checks_of_their_model(self):
        for model in (Decision, Tolerance, MeasureTest, Qualification, Absence, Liaison, Fact):
            assert model.objects.exists(), model
            # A form would ask for what only a service sets.
            empty = [field.name for field in model._meta.concrete_fields if field.null]
            for row in model.objects.all():
                row.full_clean(exclude=empty)

    def test_a_measure_keeps_what_its_tests_say(self):
        before = set(Measure.objects.values_list("pk", "tested_on", "last_result", "test_due_on", "failing_since"))
        for measure in Measure.objects.filter(tests__isnull=False).distinct():
            assert _keep_what_tests_say(measure) == ({}, {})
        assert (
            set(Measure.objects.values_list("pk", "tested_on", "last_result", "test_due_on", "failing_since")) == before
        )

    def test_nobody_is_away_twice_at_a_time(self):
        for one in Absence.objects.all():
            others = Absence.objects.filter(person=one.person, from_on__lte=one.until_on, until_on__gte=one.from_on)
            assert not others.exclude(pk=one.pk).exists()

    def test_a_tolerance_in_force_stands_on_its_scenario(self):
        agreed = dict(Tolerance.objects.filter(state="agreed").values_list("scenario_id", "until"))
        assert dict(Scenario.objects.filter(tolerated_until__gt=NEVER).values_list("pk", "tolerated_until")) == agreed

    def test_verdicts_are_of_flaws_that_stand_open_nowhere(self):
        assert Verdict.objects.exists()
        assert not Finding.objects.filter(key__in=Verdict.objects.values("key")).exists()

    def test_new_rows_number_on(self):
        for model in (Unit, Person, Asset, Finding, Action):
            assert next_id(model) == model.objects.order_by("-pk").first().pk + 1

    def test_a_second_making_is_refused(self):
        with pytest.raises(NotEmpty, match="already"):
            made()

    def test_one_that_was_broken_off_says_how_to_begin_anew(self):
        Bulk.objects.filter(key=MARK).update(finished_at=None)
        with pytest.raises(NotEmpty, match=r"broken off.*Begin anew"):
            must_be_empty()


def words_of(asset: Asset) -> object:
    """Return the words under which the search keeps an asset."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT words FROM common_searchwords WHERE doc_id = (SELECT id FROM common_searchdoc WHERE subject = %s)",
            [asset.subject],
        )
        return cursor.fetchone()


class Twice(TestCase):
    def test_equal_seeds_make_equal_organizations(self):
        first, second, other = (self.fingerprint(seed) for seed in (1, 1, 2))
        assert first == second
        assert first != other

    def fingerprint(self, seed: int) -> list[object]:
        """Return what a making came to, and take it back."""
        with transaction.atomic():
            make(XS, say=lambda _: None, seed=seed, now=NOON)
            found: list[object] = sorted(Finding.objects.values_list("key", "state", "limit_on", "due_why"))
            found += sorted(Asset.objects.values_list("uid", "name", "critical_minor"))
            found += sorted(Person.objects.exclude(title__startswith="Chief").values_list("uid", "name", "email"))
            found += sorted(Scenario.objects.values_list("uid", "name", "loss_minor"))
            transaction.set_rollback(True)
        assert not Organization.objects.exists()
        return found


def test_findings_that_do_not_fit_are_refused():
    making = Making(XS, 1, NOON, print)
    with pytest.raises(ValueError, match="cannot hold"):
        spread(making.numbers("test"), targets=2, wanted=1_000, cap=100, kinds=50)

"""What a report decided itself opens nothing, closes nothing, and waits for a person's word."""

from datetime import timedelta

import pytest

from alcaide.exposure.models import Decision, Finding, Verdict

from .samples import MONDAY
from .samples_packages import Flaw, trivy, vex
from .test_packages import bring

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


def test_nineteen_flaws_that_do_not_matter_open_nothing():
    report = bring(vex(*(f"CVE-2024-{1000 + number}" for number in range(19))))
    assert (report.counts["verdicts"], report.counts["new"], report.counts["items"]) == (19, 0, 19)
    assert (Finding.objects.count(), Verdict.objects.count()) == (0, 19)


def test_a_maker_who_says_not_affected_makes_a_proposal_for_what_another_tool_found():
    bring(trivy(Flaw()))
    report = bring(vex("CVE-2024-1000", at=TUESDAY))
    finding, decision = Finding.objects.get(), Decision.objects.get()
    assert (report.counts["proposed"], finding.state) == (1, "open")
    assert (decision.state, decision.kind) == ("proposed", "false_positive")
    assert [each.key for each in decision.covered.all()] == [finding.key]


@pytest.mark.parametrize(
    ("package", "version"), [("right-pad", "1.0.0"), ("left-pad", "0.9.0")], ids=["another package", "another version"]
)
def test_a_word_about_something_else_proposes_nothing(package, version):
    bring(trivy(Flaw()))
    assert bring(vex("CVE-2024-1000", package=package, version=version, at=TUESDAY)).counts["proposed"] == 0


def test_a_suppressed_finding_stays_open_until_somebody_confirms():
    bring(trivy(Flaw(), Flaw(cve="CVE-2024-2000")))
    report = bring(trivy(Flaw(), suppressed=[Flaw(cve="CVE-2024-2000")], at=TUESDAY))
    assert (report.counts["verdicts"], report.counts["closed"], report.counts["waiting"]) == (1, 0, 0)
    assert Finding.objects.filter(state="open").count() == 2
    assert (Decision.objects.get().kind, Verdict.objects.get().why) == ("exception", "We never call it. (.trivyignore)")


def test_the_same_word_again_is_kept_once_and_proposed_once():
    bring(trivy(Flaw()))
    bring(vex("CVE-2024-1000", at=TUESDAY))
    bring(vex("CVE-2024-1000", at=TUESDAY), force=True)
    assert (Verdict.objects.count(), Decision.objects.count()) == (1, 1)

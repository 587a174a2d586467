"""Pages of findings."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from alcaide.assets.queries import price_of
from alcaide.common import words
from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.exposure import queries
from alcaide.exposure.models import ASK, SEE, STATE_FACTS, Finding
from alcaide.exposure.queries.fix_first import decisions_on_finding
from alcaide.exposure.tables import FindingsPage


@rule(SEE)
def finding_list(request: HttpRequest) -> HttpResponseBase:
    """List the findings that the user sees."""
    require(signed_in(request), SEE)
    return FindingsPage.as_view()(request)


@rule(SEE)
@require_safe
def finding_page(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one finding: what it is, by when it must be fixed and why, and what all that rests on."""
    require(signed_in(request), SEE)
    rows = queries.findings(signed_in(request)).select_related("first_report", "last_report", "action", "decision")
    finding: Finding = get_object_or_404(rows, uid=uid)
    share = next((each for each in _shares(finding) if each.finding_id == finding.pk), None)
    return render(
        request,
        "exposure/finding.html",
        {
            "finding": finding,
            "flaws": queries.flaws_of([finding]).get(finding.pk, []),
            "price": price_of(finding.asset),
            "share": share,
            "fall": words.share_range(*sorted((share.falls_low, share.falls_high))) if share else "",
            "sightings": queries.sightings_of(finding),
            "decisions": decisions_on_finding(finding, signed_in(request)),
            "may_ask": finding.state == "open"
            and finding.decision is None
            and scope_of(signed_in(request)).allows(ASK, finding.unit_id),
            "may_state": scope_of(signed_in(request)).allows(STATE_FACTS),
            "steps": finding.steps.select_related("report"),
            "seen_report": queries.reports(signed_in(request)).filter(pk=finding.last_report_id).first(),
        },
    )


def _shares(finding: Finding) -> list[queries.FlawShare]:
    return queries.flaw_shares([finding.asset_id]) if finding.state == "open" else []

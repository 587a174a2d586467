"""Pages of doubts: targets of scans that could be more than one asset, and the answer."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from alcaide.assets import services
from alcaide.assets.models import CHANGE, SEE, Asset, MatchDoubt
from alcaide.assets.queries import KINDS_SCANNED, KINDS_TYPED, candidates_of, doubts
from alcaide.assets.tables import DOUBTS
from alcaide.common.asking import Asking, version_of
from alcaide.common.lists import DetailPage, Fact, ListPage, Page
from alcaide.common.models import LostUpdate
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.organization.queries import told_of


class DoubtsPage(ListPage):
    """The targets of scans that could be more than one asset."""

    listing = DOUBTS
    permission = SEE

    def headline(self, page: Page) -> tuple[str, str]:
        if page.view is None or page.view.key != "open" or page.is_filtered:
            return ngettext("%(n)s target fits.", "%(n)s targets fit.", page.total.shown) % {"n": page.total}, ""
        if not page.total.shown:
            return _("Every target of a scan is one known asset."), ""
        said = ngettext(
            "%(n)s target of a scan may be more than one asset.",
            "%(n)s targets of scans may be more than one asset.",
            page.total.shown,
        )
        return said % {"n": page.total}, _("Until somebody decides, what was found on them stands apart.")


@rule(SEE)
def doubt_list(request: Asking) -> HttpResponseBase:
    """List the doubts."""
    require(request.user, SEE)
    return DoubtsPage.as_view()(request)


class DoubtPage(DetailPage):
    """One doubt: what was seen, which assets it may be, and what speaks for and against each."""

    permission = SEE
    template = "assets/doubt.html"
    crumb = (gettext_lazy("Same or not"), "doubts")

    def rows(self, user: Any) -> Any:
        return doubts(user).select_related("answered_by")

    def headline(self, row: Any) -> tuple[str, str]:
        if row.answer:
            return _("%(name)s is decided.") % {"name": row.name}, row.get_answer_display()
        return _("Which asset is %(name)s?") % {"name": row.name}, row.get_why_display()

    def facts(self, row: Any) -> list[Fact]:
        kinds = KINDS_TYPED | KINDS_SCANNED
        return [
            *(Fact(kinds.get(kind, kind), value) for kind, value in row.identifiers),
            Fact(_("First seen"), row.first_seen_at),
            Fact(_("Last seen"), row.last_seen_at),
            Fact(_("Stands until then as"), row.asset.name, url=reverse("asset", args=[row.asset.uid])),
            *([Fact(_("Because"), row.reason), Fact(_("Decided"), row.answered_at)] if row.answer else []),
        ]

    def more(self, row: Any) -> dict[str, Any]:
        kinds = KINDS_TYPED | KINDS_SCANNED
        candidates: list[dict[str, Any]] = [
            {"row": each, "for": [(kinds.get(kind, kind), value) for kind, value in each.speaks_for],
             "against": [(kinds.get(kind, kind), mine, theirs) for kind, mine, theirs in each.speaks_against]}
            for each in candidates_of(row, self.request.user)
        ]  # fmt: skip
        return {
            "doubt": row,
            "candidates": candidates,
            "is_hidden": any(each["row"].asset is None for each in candidates),
            "told": told_of(self.request.user, row.subject),
            "may_answer": not row.answer and scope_of(self.request.user).allows(CHANGE, row.unit_id),
        }


@rule(CHANGE)
@require_POST
def doubt_answer(request: Asking, uid: str) -> HttpResponse:
    """Answer a doubt."""
    doubt = get_object_or_404(doubts(request.user), uid=uid)
    require(request.user, CHANGE, unit_id=doubt.unit_id)
    answer, _sep, named = request.POST.get("answer", "").partition(":")
    try:
        services.answer_doubt(
            request.user, doubt, answer=answer, reason=request.POST.get("reason", "").replace("\x00", ""),
            opened_version=version_of(request), same_as=_named(doubt, named, request.user),
        )  # fmt: skip
    except LostUpdate:
        messages.warning(request, _("Somebody decided it meanwhile. This is how it stands now; nothing was written."))
    except ValidationError as fault:
        page: Any = DoubtPage()
        page.setup(request, uid=uid)
        return _again(request, page, uid, " ".join(fault.messages))
    else:
        messages.success(request, _("Decided. The next scan that shows these names follows it."))
    return redirect("doubt", uid=uid)


def _named(doubt: MatchDoubt, named: str, user: Any) -> Asset | None:
    """Return the candidate that the form names, as far as the user sees it."""
    seen = [each.asset for each in candidates_of(doubt, user) if each.asset is not None]
    return next((asset for asset in seen if str(asset.uid) == named), None)


def _again(request: Asking, page: Any, uid: str, fault: str) -> HttpResponse:
    row = page.rows(request.user).get(uid=uid)
    answer, rest = page.headline(row)
    about = {
        "row": row, "answer": answer, "rest": rest, "facts": page.facts(row), "links": [], "crumb": page.crumb,
        "fault": fault, "typed": request.POST, **page.more(row),
    }  # fmt: skip
    return render(request, page.template, about, status=422)

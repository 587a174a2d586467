"""The lists of two pairs of eyes."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common import registries
from alcaide.common.lists import BulkAct, Choice, Column, FirstDay, Listing, ListPage, Page, View
from alcaide.common.models import EyesRequest
from alcaide.common.permissions import scope_of
from alcaide.common.rights.doors import rule

from . import queries
from .acts import acts
from .rights import SEE, SEE_ALL
from .shown import act_words, dress_requests

LATE, TODAY = "late", "today"


def _clock(row: Any) -> str:
    if not row.is_waiting:
        return ""
    today = timezone.localdate()
    return LATE if row.answer_by < today else TODAY if row.answer_by == today else ""


def _acts(_user: Any) -> list[tuple[str, str]]:
    return [(act.key, str(act.label)) for act in acts()]


_COLUMNS = (
    Column("title", gettext_lazy("Question"), second="act_label", role="lead",
           url=lambda row: reverse("eyes-request", args=[row.uid])),
    Column("unit", gettext_lazy("Unit"), value="unit_name"),
    Column("by", gettext_lazy("Asked by"), value=lambda row: row.asked_by.name),
    Column("asked", gettext_lazy("Asked"), value="asked_at", order="asked_at", role="per"),
    Column("answer", gettext_lazy("Answer by"), value="answer_by", order="answer_by", role="limit"),
)  # fmt: skip
_FIRST = FirstDay(
    "gavel", gettext_lazy("Nothing waits for a second person."),
    gettext_lazy("A change of the appetite comes here; exceptions and tolerated risks wait on their own lists."),
    ((gettext_lazy("Exceptions"), "exceptions"), (gettext_lazy("Tolerated risks"), "tolerances")),
)  # fmt: skip

TO_ANSWER = Listing(
    name="eyes-to-answer", label=gettext_lazy("questions"), rows=queries.to_answer, columns=_COLUMNS, sort="answer",
    filters=(Choice("act", gettext_lazy("What"), "act", _acts),), dress=dress_requests, state=_clock,
    bulk=(BulkAct(gettext_lazy("Approve"), "eyes-approve-many", SEE),), first_day=_FIRST,
)  # fmt: skip
REQUESTS = Listing(
    name="eyes-requests", label=gettext_lazy("questions"), rows=queries.requests, sort="-asked",
    columns=(
        *_COLUMNS,
        Column("state", gettext_lazy("How it stands"), value="get_state_display", role="side"),
        Column("answered", gettext_lazy("Answered by"),
               value=lambda row: row.answered_by.name if row.answered_by else ""),
    ),
    filters=(Choice("act", gettext_lazy("What"), "act", _acts),),
    views=(
        View("all", gettext_lazy("All")),
        View("waiting", gettext_lazy("Waits for an answer"), Q(state="waiting"), sort="answer"),
        View("refused", gettext_lazy("Refused"), Q(state="refused")),
        View("alone", gettext_lazy("Applied in an emergency"), Q(state=EyesRequest.State.OVERRIDDEN)),
    ),
    dress=dress_requests, state=_clock, first_day=_FIRST,
)  # fmt: skip
OVERRIDES = Listing(
    name="eyes-overrides", label=gettext_lazy("emergencies"), rows=queries.overrides, sort="-at",
    columns=(
        Column("title", gettext_lazy("What"), second=lambda row: act_words(row.act), role="lead",
               url=lambda row: reverse("eyes-override", args=[row.uid])),
        Column("state", gettext_lazy("How it stands"), value="get_state_display", role="side"),
        Column("by", gettext_lazy("Applied by"), value=lambda row: row.by.name),
        Column("at", gettext_lazy("When"), order="at", role="limit"),
        Column("why", gettext_lazy("Why it could not wait"), value="why", role="more"),
        Column("reviewed", gettext_lazy("Reviewed by"),
               value=lambda row: row.reviewed_by.name if row.reviewed_by else ""),
    ),
    views=(
        View("open", gettext_lazy("Waits for a review"), Q(state__in=queries.OPEN)),
        View("all", gettext_lazy("All")),
    ),
    state=lambda row: TODAY if row.is_open else "",
    first_day=FirstDay("circle-check", gettext_lazy("Nobody has gone on alone."),
                       gettext_lazy("What is applied in an emergency stands here until somebody else reviewed it.")),
)  # fmt: skip


def _dress_attempts(rows: Sequence[Any], user: Any) -> None:
    named = registries.subjects_of([row.about for row in rows], user)
    for row in rows:
        row.named = named.get(row.about)


ATTEMPTS = Listing(
    name="eyes-attempts", label=gettext_lazy("tries"), rows=queries.attempts, sort="-at", uid="pk",
    columns=(
        Column("what", gettext_lazy("What"), value=lambda row: act_words(row.act),
               second=lambda row: row.named.title if row.named else _("not yours to see, or gone"), role="lead",
               url=lambda row: row.named.url if row.named else ""),
        Column("by", gettext_lazy("Who tried"), value=lambda row: row.by.name, role="side"),
        Column("how", gettext_lazy("Why it was stopped"), value="get_how_display", role="per"),
        Column("at", gettext_lazy("When"), order="at", role="limit"),
    ),
    dress=_dress_attempts,
    first_day=FirstDay("circle-check", gettext_lazy("Nobody tried to answer their own question."),
                       gettext_lazy("Each try is stopped and stands here.")),
)  # fmt: skip


@rule(SEE, reach="any")
class ToAnswer(ListPage):
    """What waits for the reader's answer, whatever room asks it."""

    listing = TO_ANSWER
    permission = SEE
    template = "common/eyes/to_answer.html"

    def headline(self, page: Page) -> tuple[str, str]:
        n = page.total.shown
        if not n:
            return _("Nothing waits for your answer here."), _("Whoever asks does not answer.")
        said = ngettext("%(n)s question waits for your answer.", "%(n)s questions wait for your answer.", n)
        return said % {"n": page.total}, _("Whoever asks does not answer.")

    def more(self, page: Page) -> dict[str, Any]:
        return {"queues": [act for act in acts() if act.queue], "may_see_all": _sees_all(self.request)}


@rule(SEE, reach="any")
class Requests(ListPage):
    """Everything asked that the reader may see, their own among it."""

    listing = REQUESTS
    permission = SEE

    def headline(self, page: Page) -> tuple[str, str]:
        said = ngettext("%(n)s question.", "%(n)s questions.", page.total.shown)
        return said % {"n": page.total}, _("What was asked is frozen until somebody else answers.")


@rule(SEE, reach="any")
class Overrides(ListPage):
    """What was applied alone."""

    listing = OVERRIDES
    permission = SEE

    def headline(self, page: Page) -> tuple[str, str]:
        n = page.total.shown
        if not n:
            return _("Nothing waits for a review."), ""
        if page.view and page.view.key == "open":
            said = ngettext("%(n)s act was applied alone and waits for a review.",
                            "%(n)s acts were applied alone and wait for a review.", n)  # fmt: skip
        else:
            said = ngettext("%(n)s act was applied alone.", "%(n)s acts were applied alone.", n)
        return said % {"n": page.total}, ""


@rule(SEE_ALL, reach="any")
class Attempts(ListPage):
    """Who tried to answer what they asked, or in the place of who asked."""

    listing = ATTEMPTS
    permission = SEE_ALL

    def headline(self, page: Page) -> tuple[str, str]:
        said = ngettext("%(n)s try to answer one's own question was stopped.",
                        "%(n)s tries to answer one's own question were stopped.", page.total.shown)  # fmt: skip
        return said % {"n": page.total}, ""


def _sees_all(request: Any) -> bool:
    return scope_of(request.user).allows(SEE_ALL)

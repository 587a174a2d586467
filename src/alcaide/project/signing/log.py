"""The log of the door as a list, for who may see sign-ins."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common.counts import Count
from alcaide.common.lists import Choice, Column, Day, FirstDay, Listing, ListPage, Page, View
from alcaide.common.models import SignInLine
from alcaide.common.monitors import MonitorOff
from alcaide.common.permissions import scope_of
from alcaide.common.rights.doors import rule
from alcaide.common.signing.keys import SEE_SIGN_INS, SET_SIGN_IN
from alcaide.common.signing.queries import REFUSED, lines_read, refused_since
from alcaide.common.signing.words import how_in_words

COUNTED_DAYS = 30
SIGN_INS = Listing(
    name="sign_ins",
    label=gettext_lazy("lines of the sign-in log"),
    rows=lines_read,
    columns=(
        Column(
            "who", gettext_lazy("Who"), value="who", role="lead",
            url=lambda row: f"{reverse('unmask', args=[SignInLine.MONITORED])}?name={row.who.rpartition(' ')[2]}",
        ),
        Column("what", gettext_lazy("What"), value="get_what_display", role="side"),
        Column("how", gettext_lazy("How"), value=lambda row: how_in_words(row.how), role="per"),
        Column("at", gettext_lazy("When"), order="id", role="limit"),
        Column("address", gettext_lazy("Network")),
        Column("device", gettext_lazy("Device"), role="more"),
    ),
    sort="-at",
    views=(
        View("all", gettext_lazy("All")),
        View("refused", gettext_lazy("Refused"), REFUSED),
    ),
    filters=(
        Choice("what", gettext_lazy("What"), "what", SignInLine.What.choices),
        Day("since", gettext_lazy("Since"), "at"),
        Day("until", gettext_lazy("Until"), "at", side="until"),
    ),
    export_permission=SEE_SIGN_INS,
    first_day=FirstDay("fingerprint", gettext_lazy("Nobody came to the door yet.")),
    uid="id",
)  # fmt: skip


@rule(SEE_SIGN_INS, reach="all")
class SignIns(ListPage):
    """Who came in, who was refused, and from where, with names masked; or why nobody reads it here."""

    listing = SIGN_INS
    permission = SEE_SIGN_INS
    template = "signing/log.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().get(request, *args, **kwargs)
        except MonitorOff as off:
            since = timezone.now() - timedelta(days=COUNTED_DAYS)
            about = {"why": str(off), "refused": Count(refused_since(since)), "days": COUNTED_DAYS,
                     "key": SignInLine.MONITORED, "may_set": self._may_set()}  # fmt: skip
            return render(request, "signing/log_off.html", about)

    def headline(self, page: Page) -> tuple[str, str]:
        rest = _("%(total)s noted. Names are masked; each look is counted.") % {"total": page.total}
        return _("Who came in, who was refused, and from where."), rest

    def more(self, page: Page) -> dict[str, Any]:
        return {"may_set": self._may_set()}

    def _may_set(self) -> bool:
        return scope_of(self.request.user).allows(SET_SIGN_IN)

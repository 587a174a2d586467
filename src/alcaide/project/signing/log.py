"""The log of the door as a list, for who may see sign-ins."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common.lists import Choice, Column, Day, FirstDay, Listing, ListPage, Page, View, Words
from alcaide.common.models import SignInLine
from alcaide.common.permissions import scope_of
from alcaide.common.rights.doors import rule
from alcaide.common.signing.keys import SEE_SIGN_INS, SET_SIGN_IN
from alcaide.common.signing.queries import REFUSED, sign_in_lines
from alcaide.common.signing.words import how_in_words

SIGN_INS = Listing(
    name="sign_ins",
    label=gettext_lazy("lines of the sign-in log"),
    rows=lambda user: sign_in_lines(user).select_related("user"),
    columns=(
        Column(
            "who", gettext_lazy("Who"), value=lambda row: row.user.name if row.user else _("Somebody unknown"),
            second="email", role="lead",
        ),
        Column("what", gettext_lazy("What"), value="get_what_display", role="side"),
        Column("how", gettext_lazy("How"), value=lambda row: how_in_words(row.how), role="per"),
        Column("at", gettext_lazy("When"), order="id", role="limit"),
        Column("address", gettext_lazy("Address")),
        Column("device", gettext_lazy("Device"), role="more"),
    ),
    sort="-at",
    views=(
        View("all", gettext_lazy("All")),
        View("refused", gettext_lazy("Refused"), REFUSED),
    ),
    filters=(
        Words(label=gettext_lazy("E-mail address"), fields=("email",)),
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
    """Who came in, who was refused, and from where."""

    listing = SIGN_INS
    permission = SEE_SIGN_INS
    template = "signing/log.html"

    def headline(self, page: Page) -> tuple[str, str]:
        rest = _("%(total)s noted.") % {"total": page.total}
        return _("Who came in, who was refused, and from where."), rest

    def more(self, page: Page) -> dict[str, Any]:
        return {"may_set": scope_of(self.request.user).allows(SET_SIGN_IN)}

"""What counsel let out of matters, as ordinary records."""

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common.lists import DetailPage, Fact, ListPage, Page
from alcaide.common.models import DisclosedCopy
from alcaide.common.rights.doors import rule

from .queries import DISCLOSED, disclosed
from .tables import COPIES


@rule(DISCLOSED, reach="any")
class DisclosedList(ListPage):
    """All disclosures."""

    listing = COPIES
    permission = DISCLOSED

    def headline(self, page: Page) -> tuple[str, str]:
        number = disclosed(self.request.user).count()
        answer = ngettext("Counsel disclosed %(n)s time.", "Counsel disclosed %(n)s times.", number) % {"n": number}
        return answer, _("Each is a copy; what was left out is said.")


@rule(DISCLOSED, reach="any")
class DisclosedPage(DetailPage):
    """One disclosure: the words that went out, for whom, and what was left out."""

    permission = DISCLOSED
    template = "common/walls/disclosed.html"
    crumb = (gettext_lazy("Disclosures"), "disclosed")

    def rows(self, user: Any) -> QuerySet[DisclosedCopy]:
        return disclosed(user)

    def headline(self, row: DisclosedCopy) -> tuple[str, str]:
        return f"{row.number}. {row.title}", ""

    def facts(self, row: DisclosedCopy) -> list[Fact]:
        return [
            Fact(_("For"), row.to_whom),
            Fact(_("Decided"), row.decided_at, second=row.decided_by.name),
            Fact(_("Left out"), row.left_out),
        ]


DISCLOSED_URLS: list[URLPattern] = [
    path("disclosed/", DisclosedList.as_view(), name="disclosed"),
    path("disclosed/<uuid:uid>/", DisclosedPage.as_view(), name="disclosed-copy"),
]

"""The list of open ports: columns, views, filters."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.assets.models import Asset
from alcaide.common import search
from alcaide.common.lists import Choice, Column, FirstDay, Listing, ListPage, Page, View, Words
from alcaide.common.lists.filters import Sought
from alcaide.common.permissions import scope_of
from alcaide.exposure.models import SEE, TAKE_IN, OpenPort
from alcaide.exposure.queries.ports import answering, port_number
from alcaide.organization.queries import units_to_choose


def _rows(user: Any) -> QuerySet[Any]:
    return OpenPort.objects.select_related("asset", "asset__unit")


def _reached_from_the_internet() -> Q:
    """Return the condition for open ports of assets in use; few assets are, so their ports are looked up by them."""
    assets = Asset.objects.filter(retired_at__isnull=True, reached_from="internet")
    return Q(closed_at__isnull=True, asset__in=assets.values("pk"))


def _answers(row: Any) -> str:
    said = " ".join(part for part in (row.product, row.version) if part)
    return said or row.service or _("not said")


@dataclass(frozen=True)
class OnPort(Words):
    """A port's number, a part of what answers there, or words of its asset."""

    # A saved view that asks so is not counted: what answers and the assets are looked up first.
    asks_first: ClassVar[bool] = True

    def looked_up(self, asked: str, model: type[Model]) -> str:
        number = port_number(asked)
        if number is not None:
            return Sought.of(asked, search.Keys(""), also=Q(port=number))
        return Sought.of(asked, search.some(asked, self.subject_kind), also=answering(asked))


PORTS = Listing(
    name="ports",
    label=gettext_lazy("Open ports"),
    rows=_rows,
    sort="port",
    uid="id",
    columns=(
        Column("port", gettext_lazy("Port"), value=str, second="service", order="port", role="lead"),
        Column("asset", gettext_lazy("Asset"), value="asset.name", second="asset.unit.name", role="more",
               url=lambda row: reverse("asset", args=[row.asset.uid])),
        Column("answers", gettext_lazy("What answers"), value=_answers, role="side"),
        Column("reach", gettext_lazy("Its asset is reached"), value="asset.get_reached_from_display"),
        Column("first", gettext_lazy("First seen"), value="first_seen_at"),
        Column("last", gettext_lazy("Last seen"), value="last_seen_at", order="last_seen_at", role="limit"),
        Column("closed", gettext_lazy("Closed"), value="closed_at", shown=False),
    ),
    views=(
        View("open", gettext_lazy("Open"), only=Q(closed_at__isnull=True)),
        View("internet", gettext_lazy("Reached from the internet"),
             only=_reached_from_the_internet),
        View("closed", gettext_lazy("Closed"), only=Q(closed_at__isnull=False)),
    ),
    filters=(
        OnPort(label=gettext_lazy("Port, product or asset"), subject_kind=Asset.SUBJECT, path="asset", counts_to=1_000),
        Choice("reach", gettext_lazy("Reached"), field="asset__reached_from", choices=Asset.REACHES),
        Choice("unit", gettext_lazy("Unit"), field="asset__unit__uid", choices=units_to_choose),
    ),
    first_day=FirstDay(
        "network", gettext_lazy("No port is known yet."),
        gettext_lazy("Bring in a scan of Nmap: every port that answered is listed here, with what answers there."),
        ((gettext_lazy("Bring in a scan"), "report-new"),),
    ),
)  # fmt: skip


class PortsPage(ListPage):
    """The open ports that the user sees."""

    listing = PORTS
    permission = SEE
    template = "exposure/ports.html"

    def headline(self, page: Page) -> tuple[str, str]:
        if page.is_first_day:
            return _("Nothing is known of open ports yet."), ""
        number, said = page.total.shown, {"n": page.total}
        view = "" if page.is_filtered or page.view is None else page.view.key
        words = {
            "open": ngettext("%(n)s port stands open.", "%(n)s ports stand open.", number),
            "internet": ngettext("%(n)s port answers the internet.", "%(n)s ports answer the internet.", number),
            "closed": ngettext("%(n)s port no longer answers.", "%(n)s ports no longer answer.", number),
        }.get(view, ngettext("%(n)s port fits.", "%(n)s ports fit.", number))
        answer = words % said
        return answer[:1].upper() + answer[1:], _("A way in, not yet a weakness.")

    def more(self, page: Page) -> dict[str, Any]:
        return {"may_take_in": scope_of(self.request.user).allows(TAKE_IN)}

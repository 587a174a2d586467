"""The list of assets: columns, views, filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.assets.models import CHANGE, SEE, Asset, ClassReach, HeldClass, MatchDoubt
from alcaide.assets.queries import costliest, prices_of
from alcaide.common import words
from alcaide.common.lists import BulkAct, Choice, Column, FirstDay, Flag, Listing, ListPage, Page, View, Words
from alcaide.common.money import Money
from alcaide.common.permissions import scope_of
from alcaide.organization.queries import units_to_choose

IN_USE = Q(retired_at__isnull=True)
# A host that no scan saw for longer than a monthly scan takes to come round is gone, or hidden from the scanner.
STALE_AFTER = timedelta(days=45)


@dataclass(frozen=True)
class Handles(Choice):
    """Which classes of information an asset handles, itself or through what it needs."""

    def narrow(self, rows: QuerySet[Any], asked: tuple[str, ...]) -> QuerySet[Any]:
        return rows.filter(pk__in=ClassReach.objects.filter(data_class__in=asked).values("asset"))


def _stale() -> Q:
    return IN_USE & Q(kind="host", last_seen_at__lt=timezone.now() - STALE_AFTER)


def _dress(rows: Sequence[Any], user: Any) -> None:
    prices = prices_of(asset.subject for asset in rows)
    for asset in rows:
        asset.price = prices.get(asset.subject)


def _cost(asset: Any) -> Money | None:
    return asset.price.amount if asset.price else None


ASSETS = Listing(
    name="assets",
    label=gettext_lazy("Assets"),
    rows=lambda user: Asset.objects.select_related("unit", "place", "owner", "custodian"),
    # Only what has an index: a hundred thousand hosts sorted by anything else would keep the page waiting.
    sort="name",
    columns=(
        Column("name", gettext_lazy("Name"), second="get_kind_display", order="name", role="lead",
               url=lambda asset: reverse("asset", args=[asset.uid])),
        Column("kind", gettext_lazy("Kind"), value="get_kind_display", shown=False),
        Column("unit", gettext_lazy("Unit"), value="unit.name"),
        Column("place", gettext_lazy("Place"), value=lambda asset: asset.place.name if asset.place else ""),
        Column("owner", gettext_lazy("Owner"), value=lambda asset: asset.owner.name if asset.owner else _("nobody yet"),
               export=lambda asset: asset.owner.name if asset.owner else ""),
        Column("reached", gettext_lazy("Can be reached"), value="get_reached_from_display"),
        Column("critical", gettext_lazy("Worst loss"), value="critical", order="critical_minor",
               numeric=True, piece="assets/_worst.html", role="side",
               export=lambda asset: asset.critical[1] if asset.critical else None),
        Column("custodian", gettext_lazy("Looked after by"), shown=False,
               value=lambda asset: asset.custodian.name if asset.custodian else ""),
        Column("cost", gettext_lazy("Open flaws cost a year"), value=lambda asset: asset.price, numeric=True,
               piece="assets/_price.html", export=_cost),
        Column("seen", gettext_lazy("Last seen"),
               value=lambda asset: asset.last_seen_at or _("by no scan"), export="last_seen_at"),
    ),
    views=(
        View("all", gettext_lazy("All"), only=IN_USE),
        View("hosts", gettext_lazy("Hosts"), only=IN_USE & Q(kind="host")),
        View("ownerless", gettext_lazy("Without an owner"), only=IN_USE & Q(owner__isnull=True)),
        View("reach", gettext_lazy("Reach not known"), only=IN_USE & Q(reached_from="unknown")),
        View("stale", gettext_lazy("Not seen for 45 days"), only=_stale),
        View("unseen", gettext_lazy("Hosts never seen"), only=IN_USE & Q(kind="host", last_seen_at__isnull=True)),
        View("retired", gettext_lazy("Out of use"), only=Q(retired_at__isnull=False)),
    ),
    filters=(
        Words("text", gettext_lazy("Name, address, note"), subject_kind=Asset.SUBJECT),
        Choice("kind", gettext_lazy("Kind"), field="kind", choices=Asset.KINDS),
        Choice("unit", gettext_lazy("Unit"), field="unit__uid", choices=units_to_choose),
        Choice("reached", gettext_lazy("Can be reached"), field="reached_from", choices=Asset.REACHES),
        Handles("handles", gettext_lazy("Handles information"), field="", choices=HeldClass.CLASSES),
        Flag("ownerless", gettext_lazy("Without an owner"), only=Q(owner__isnull=True)),
    ),
    bulk=(
        BulkAct(gettext_lazy("Change…"), "assets-many", permission=CHANGE),
        BulkAct(gettext_lazy("Information…"), "assets-classes-many", permission=CHANGE),
    ),
    dress=_dress,
    first_day=FirstDay(
        "stack-2", gettext_lazy("No asset yet."),
        gettext_lazy("Bring in a scan and its hosts appear here, or name the few things that would hurt most to lose."),
        ((gettext_lazy("Add an asset"), "asset-new"),),
    ),
)  # fmt: skip


DOUBTS = Listing(
    name="doubts",
    label=gettext_lazy("Same or not"),
    rows=lambda user: MatchDoubt.objects.select_related("unit", "asset"),
    sort="-seen",
    columns=(
        Column("name", gettext_lazy("What a scan saw"), value="name", role="lead",
               url=lambda doubt: reverse("doubt", args=[doubt.uid])),
        Column("why", gettext_lazy("Why it is in doubt"), value="get_why_display"),
        Column("unit", gettext_lazy("Unit"), value="unit.name"),
        Column("answer", gettext_lazy("Answer"), value="get_answer_display"),
        Column("seen", gettext_lazy("Last seen"), value="last_seen_at", order="last_seen_at"),
    ),
    views=(
        View("open", gettext_lazy("Open"), only=Q(answer="")),
        View("decided", gettext_lazy("Decided"), only=~Q(answer="")),
    ),
    filters=(
        Words("text", gettext_lazy("Name"), fields=("name",)),
        Choice("why", gettext_lazy("Why"), field="why", choices=MatchDoubt.WHYS),
    ),
    first_day=FirstDay(
        "git-merge", gettext_lazy("Nothing in doubt."),
        gettext_lazy("When a scan shows a host whose names lead to two assets, it waits here for your word."),
    ),
)  # fmt: skip


class AssetsPage(ListPage):
    """The assets that the user sees."""

    listing = ASSETS
    permission = SEE
    template = "assets/list.html"

    def headline(self, page: Page) -> tuple[str, str]:
        view = "" if page.is_filtered or page.view is None else page.view.key
        said = _answer(view, page.total.shown) % {"n": page.total}
        return said[:1].upper() + said[1:], self._worst() if view == "all" else ""

    def more(self, page: Page) -> dict[str, Any]:
        asked = f"?{self.request.GET.urlencode()}"
        files = (("assets-needs-file", _("What needs what")), ("assets-names-file", _("Names of scans")))
        also = [{"label": label, "url": reverse(name) + asked} for name, label in files]
        return {"may_change": scope_of(self.request.user).allows(CHANGE), "also_files": also}

    def _worst(self) -> str:
        """Name the asset whose open flaws cost most a year."""
        found = costliest(self.request.user)
        if found is None:
            return ""
        name, price = found
        return _("%(name)s costs most through its open flaws: %(sum)s a year.") % {
            "name": name,
            "sum": words.money_range(price.low.major, price.high.major, currency=price.currency),
        }


def _answer(view: str, number: int) -> str:  # noqa: PLR0911  one return per view is the clearest table
    match view:
        case "all":
            return ngettext("%(n)s asset is in use.", "%(n)s assets are in use.", number)
        case "hosts":
            return ngettext("%(n)s host is in use.", "%(n)s hosts are in use.", number)
        case "ownerless":
            return ngettext("%(n)s asset has no owner.", "%(n)s assets have no owner.", number)
        case "reach":
            return ngettext(
                "Nobody knows from where %(n)s asset can be reached.",
                "Nobody knows from where %(n)s assets can be reached.",
                number,
            )
        case "stale":
            return ngettext(
                "No scan has seen %(n)s host for 45 days.", "No scan has seen %(n)s hosts for 45 days.", number
            )
        case "unseen":
            return ngettext("No scan has ever seen %(n)s host.", "No scan has ever seen %(n)s hosts.", number)
        case "retired":
            return ngettext("%(n)s asset is out of use.", "%(n)s assets are out of use.", number)
    return ngettext("%(n)s asset fits.", "%(n)s assets fit.", number)


def asset_listing(request: HttpRequest) -> HttpResponseBase:
    """Answer with the list of assets."""
    return AssetsPage.as_view()(request)

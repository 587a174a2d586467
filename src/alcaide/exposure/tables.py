"""The lists of findings and reports: columns, views, filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.assets.models import Asset
from alcaide.assets.queries import prices_of
from alcaide.common import search
from alcaide.common.counts import Count
from alcaide.common.lists import (
    Choice,
    Column,
    FirstDay,
    Flag,
    Listing,
    ListPage,
    NotUnderstood,
    Page,
    Typed,
    View,
    Words,
)
from alcaide.common.lists.filters import Options, Sought
from alcaide.common.permissions import scope_of
from alcaide.common.words import count, day, share
from alcaide.exposure.models import SEE, TAKE_IN, Finding, FindingFlaw, Report
from alcaide.exposure.queries import flaws_of, is_past_limit, is_uid, named
from alcaide.organization.queries import units_to_choose

SOON_DAYS = 3
# How far findings are counted of which each must be looked at: a million pass in 0.3 s.
DEAR = 1_000
MOST_FLAWS = 2


def _rows(user: Any) -> QuerySet[Any]:
    return Finding.objects.select_related("asset", "asset__unit").defer("output", "solution")


def _dress(rows: Sequence[Any], user: Any) -> None:
    prices = prices_of({row.asset.subject for row in rows})
    flaws = flaws_of(rows)
    for row in rows:
        row.price = prices.get(row.asset.subject)
        row.known_flaws = flaws.get(row.pk, [])


def _state(row: Any) -> str:
    left = row.days_left
    if row.state != "open" or left is None:
        return ""
    return "late" if left < 0 else "today" if left <= SOON_DAYS else ""


def _where(row: Any) -> str:
    port = f"{row.port}/{row.protocol}" if row.port else _("whole host")
    return f"{port} · {_('check')} {row.check_id}"


def _due(row: Any) -> str:
    if row.state == "closed":
        return _("closed %(on)s") % {"on": day(timezone.localtime(row.closed_at), today=timezone.localdate())}
    left = row.days_left
    if row.due_on is None or left is None:
        return _("none")
    if left < 0:
        return ngettext("%(n)s day over", "%(n)s days over", -left) % {"n": count(-left)}
    return ngettext("%(n)s day left", "%(n)s days left", left) % {"n": count(left)} if left else _("today")


def _due_day(row: Any) -> str:
    """Return the day that the days are counted to: the limit as a decision moved it."""
    is_told = row.state != "closed" and row.due_on is not None and row.days_left is not None
    return day(row.limit_on, today=timezone.localdate()) if is_told else ""


def _flaws_told(row: Any) -> list[tuple[str, bool, str]]:
    """Return the first flaws, each with whether it is exploited and its chance in words; then how many more."""
    today, flaws = timezone.localdate(), row.known_flaws
    told = [
        (flaw.cve, flaw.is_known_exploited, "" if flaw.epss is None else _("%(chance)s in 30 days, %(on)s")
         % {"chance": share(flaw.epss), "on": day(flaw.scored_on, today=today)})
        for flaw in flaws[:MOST_FLAWS]
    ]  # fmt: skip
    more = len(flaws) - MOST_FLAWS
    return [*told, ("", False, _("and %(n)s more") % {"n": more})] if more > 0 else told


@dataclass(frozen=True)
class Named(Typed):
    """Words in the name of a finding, its check or its flaw; stands as the search of the list."""

    piece: ClassVar[str] = "words"


@dataclass(frozen=True)
class OnAsset(Words):
    """Words of the finding's asset, or its public identifier, as links give it."""

    piece: ClassVar[str] = "line"
    # A saved view that asks so is not counted: the assets are looked up first.
    asks_first: ClassVar[bool] = True

    def looked_up(self, asked: str, model: type[Model]) -> str:
        if is_uid(asked):
            return Sought.of(asked, search.Keys(""), also=Q(asset__uid=asked))
        return super().looked_up(asked, model)

    def words(self, asked: str, options: Options) -> list[tuple[str, str]]:
        return [(f"{self.label}: {asked}", asked)]


@dataclass(frozen=True)
class FromReport(Typed):
    """The findings that one report saw last or found first: `?report=<uid>`, given by links only."""

    piece: ClassVar[str] = "none"

    def read(self, params: QueryDict, options: Options) -> str | None:
        asked = params.get(self.key, "")
        if asked and not is_uid(asked):
            raise NotUnderstood(str(self.label))
        return asked or None

    def words(self, asked: str, options: Options) -> list[tuple[str, str]]:
        return [(_("Seen by one report"), asked)]


@dataclass(frozen=True)
class FromAction(FromReport):
    """The findings that one action mends: `?action=<uid>`, given by links only."""

    def words(self, asked: str, options: Options) -> list[tuple[str, str]]:
        return [(_("Mended by one action"), asked)]


def _of_action(uid: str) -> Q:
    return Q(action__uid=uid)


def _from_report(uid: str) -> Q:
    return Q(last_report__uid=uid) | Q(first_report__uid=uid)


OPEN = Q(state="open")
FINDINGS = Listing(
    name="findings",
    label=gettext_lazy("Findings"),
    rows=_rows,
    sort="-severity",
    columns=(
        Column("name", gettext_lazy("Finding"), second=_where, role="lead",
               url=lambda row: reverse("finding", args=[row.uid])),
        Column("asset", gettext_lazy("Asset"), value="asset.name", second="asset.unit.name", role="more",
               url=lambda row: reverse("asset", args=[row.asset.uid])),
        Column("severity", gettext_lazy("Severity"), value="get_severity_display", order="severity", role="side"),
        Column("flaws", gettext_lazy("Public flaws"), value=_flaws_told, piece="exposure/_flaws.html",
               export=lambda row: " ".join(flaw.cve for flaw in row.known_flaws)),
        Column("due", gettext_lazy("Time limit"), value=_due, second=_due_day, order="limit_on", role="limit",
               export="due_on"),
        Column("first", gettext_lazy("First seen"), value="first_seen_at", order="first_seen_at"),
        Column("cost", gettext_lazy("Its asset's flaws cost a year"), value="price", numeric=True, role="per",
               piece="assets/_price.html", export=lambda row: row.price.amount if row.price else None),
        Column("last", gettext_lazy("Last seen"), value="last_seen_at", shown=False),
        Column("source", gettext_lazy("Source"), shown=False),
    ),
    views=(
        View("open", gettext_lazy("Open"), only=OPEN),
        View("late", gettext_lazy("Past their limit"), only=is_past_limit, sort="due"),
        View("exploited", gettext_lazy("Exploited in the wild"), only=OPEN & Q(exploited_since__isnull=False)),
        View("decided", gettext_lazy("Decided for now"), only=OPEN & Q(decision__isnull=False)),
        View("closed", gettext_lazy("Closed"), only=Q(state="closed")),
    ),
    filters=(
        Named("text", gettext_lazy("Name, check or CVE"), only=named, counts_to=DEAR),
        OnAsset("asset", gettext_lazy("Asset"), subject_kind=Asset.SUBJECT, path="asset"),
        Choice("severity", gettext_lazy("Severity"), field="severity", choices=Finding.SEVERITIES[::-1]),
        Choice("unit", gettext_lazy("Unit"), field="unit__uid", choices=units_to_choose),
        Flag("late", gettext_lazy("Past their limit"), only=is_past_limit),
        Flag("exploited", gettext_lazy("Exploited in the wild"), only=Q(exploited_since__isnull=False)),
        Flag("flawless", gettext_lazy("Without a public flaw"),
             only=~Q(Exists(FindingFlaw.objects.filter(finding=OuterRef("pk")))), counts_to=DEAR),
        FromReport("report", gettext_lazy("Report"), only=_from_report),
        FromAction("action", gettext_lazy("Action"), only=_of_action),
    ),
    dress=_dress,
    state=_state,
    first_day=FirstDay(
        "file-import", gettext_lazy("No findings yet."),
        gettext_lazy("Bring in one scan and this list fills in about a minute. Nothing leaves this machine."),
        ((gettext_lazy("Bring in a scan"), "report-new"), (gettext_lazy("Reports"), "reports")),
    ),
)  # fmt: skip


class FindingsPage(ListPage):
    """The findings that the user sees."""

    listing = FINDINGS
    permission = SEE
    template = "exposure/findings.html"

    def headline(self, page: Page) -> tuple[str, str]:
        view = "" if page.is_filtered or page.view is None else page.view.key
        late = next(tab.count for known, tab in zip(FINDINGS.views, page.tabs, strict=True) if known.key == "late")
        return _answer(view, page), _rest(late) if late is not None and view == "open" and not page.is_first_day else ""

    def more(self, page: Page) -> dict[str, Any]:
        return {"may_take_in": scope_of(self.request.user).allows(TAKE_IN)}


def _answer(view: str, page: Page) -> str:
    if page.is_first_day:
        return _("Nothing is known of the network's flaws yet.")
    number, said = page.total.shown, {"n": page.total}
    words = {
        "open": ngettext("%(n)s finding stands open.", "%(n)s findings stand open.", number),
        "late": ngettext("%(n)s finding is past its limit.", "%(n)s findings are past their limit.", number),
        "exploited": ngettext(
            "%(n)s open finding is being exploited in the wild.",
            "%(n)s open findings are being exploited in the wild.",
            number,
        ),
        "closed": ngettext("%(n)s finding is closed.", "%(n)s findings are closed.", number),
    }.get(view, ngettext("%(n)s finding fits.", "%(n)s findings fit.", number))
    answer = words % said
    return answer[:1].upper() + answer[1:]


def _rest(late: Count) -> str:
    if not late:
        return _("None is past its limit.")
    return ngettext("%(n)s is past its limit.", "%(n)s are past their limit.", late.shown) % {"n": late}


REPORTS = Listing(
    name="reports",
    label=gettext_lazy("Reports"),
    rows=lambda user: Report.objects.select_related("unit", "file", "brought_by"),
    sort="-at",
    columns=(
        Column("file", gettext_lazy("File"), value="file.name", second="format", role="lead",
               url=lambda row: reverse("report", args=[row.uid])),
        Column("state", gettext_lazy("State"), value="get_state_display", order="state", role="side"),
        Column("unit", gettext_lazy("Unit"), value="unit.name", second="zone", order="unit__name", role="more"),
        Column("new", gettext_lazy("New"), value=lambda row: row.counts.get("new"), numeric=True),
        Column("closed", gettext_lazy("Closed"), value=lambda row: row.counts.get("closed"), numeric=True),
        Column("hosts", gettext_lazy("Hosts"), value=lambda row: row.counts.get("hosts"), numeric=True),
        Column("aside", gettext_lazy("Set aside"), value=lambda row: row.counts.get("quarantined"), numeric=True,
               shown=False),
        Column("by", gettext_lazy("Brought in by"),
               value=lambda row: row.brought_by.name if row.brought_by else _("the house itself")),
        Column("at", gettext_lazy("Brought in"), value="created_at", order="created_at", role="limit"),
    ),
    views=(
        View("all", gettext_lazy("All")),
        View("waiting", gettext_lazy("Waits for you"), only=Q(counts__waiting__gt=0)),
        View("failed", gettext_lazy("Not taken in"), only=Q(state="failed")),
    ),
    filters=(
        Choice("unit", gettext_lazy("Unit"), field="unit__uid", choices=units_to_choose),
        Choice("state", gettext_lazy("State"), field="state", choices=Report.STATES),
    ),
    first_day=FirstDay(
        "file-import", gettext_lazy("No report yet."),
        gettext_lazy("A scan of one network is enough to begin: findings, owners and time limits follow from it."),
        ((gettext_lazy("Bring in a scan"), "report-new"),),
    ),
)  # fmt: skip


class ReportsPage(ListPage):
    """The reports that the user sees."""

    listing = REPORTS
    permission = SEE
    template = "exposure/reports.html"

    def headline(self, page: Page) -> tuple[str, str]:
        number = page.total.shown
        answer = ngettext("%(n)s report was brought in.", "%(n)s reports were brought in.", number)
        return (_("No report was brought in yet.") if page.is_first_day else answer % {"n": page.total}), ""

    def more(self, page: Page) -> dict[str, Any]:
        return {"may_take_in": scope_of(self.request.user).allows(TAKE_IN)}

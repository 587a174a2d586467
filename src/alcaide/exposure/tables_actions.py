"""The lists of actions and of exceptions: columns, views, filters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common import words
from alcaide.common.lists import Above, BulkAct, Choice, Column, FirstDay, Flag, Listing, ListPage, Page, View, Words
from alcaide.common.money import Money
from alcaide.common.permissions import scope_of
from alcaide.exposure.models import ASK, ASSIGN, SEE, SET_LIMITS, TAKE_IN, Action, Decision
from alcaide.exposure.queries.fix_first import Sums, heading, late_actions, promises_of, proof_of, summed
from alcaide.organization.queries import units_to_choose

OPEN = Q(state="open")


def _rows(user: Any) -> QuerySet[Any]:
    return Action.objects.select_related("unit", "owner").defer("detail")


def dress(rows: Sequence[Any], user: Any) -> None:
    """Hang on each row its owner's record, and how its bar stands to the longest of the page."""
    records = promises_of({row.owner_id for row in rows if row.owner_id})
    longest = max((row.per_hour_minor for row in rows), default=0)
    for row in rows:
        row.record = records.get(row.owner_id)
        row.bar = max(1, round(120 * row.per_hour_minor / longest)) if longest > 0 and row.per_hour_minor > 0 else 0


def _state(row: Any) -> str:
    return "late" if row.is_late else "today" if row.is_soon else ""


def _second(row: Any) -> str:
    if row.state == "done":
        return f"{row.unit.name} · {_('no finding left')}"
    findings = ngettext("%(n)s finding", "%(n)s findings", row.open_findings) % {"n": f"{row.open_findings:,}"}
    assets = ngettext("%(n)s asset", "%(n)s assets", row.assets) % {"n": f"{row.assets:,}"}
    return f"{row.unit.name} · {findings} · {assets}"


def hours_words(hours: float) -> str:
    """Write hours as the list does: 3 h, 1.5 h."""
    return _("%(hours)s h") % {"hours": f"{hours:,.2f}".rstrip("0").rstrip(".")}


def _removes_range(row: Any) -> str:
    if not row.is_priced:
        return ""
    return words.money_range(row.removes_low.major, row.removes_high.major, currency=row.currency)


def _removes(row: Any) -> str:
    return words.money(row.removes.major, row.currency) if row.is_priced else _("not priced")


def _limit(row: Any) -> str:  # noqa: PLR0911  one return per state is the clearest table
    today, left = timezone.localdate(), row.days_left
    match row.state:
        case "done":
            return _("done %(on)s") % {"on": words.day(timezone.localtime(row.done_at).date(), today=today)}
        case "window":
            return _("Waits for window")
        case "accepted":
            return _("Not to be fixed")
    if left is None:
        return _("no day")
    if left == 0:
        return _("Today")
    if left < 0:
        return _("%(span)s over") % {"span": words.clock(row.over)}
    if row.is_soon:
        return ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}
    return words.day(row.limit, today=today)


def _limit_second(row: Any) -> str:
    if row.waits_until is None or row.state not in {"window", "accepted"}:
        return ""
    return _("until %(on)s") % {"on": words.day(row.waits_until, today=timezone.localdate())}


def _owner(row: Any) -> str:
    return row.owner.name if row.owner else _("Nobody yet")


def _owner_second(row: Any) -> str:
    if row.owner is None:
        return _("assign first")
    told = (
        [_("%(kept)d of %(ended)d kept") % {"kept": row.record.kept, "ended": row.record.ended}] if row.record else []
    )
    if row.promised_on and row.state != "done":
        said = _("promised for %(on)s, late") if row.promise_is_late else _("promised %(on)s")
        told.append(said % {"on": words.day(row.promised_on, today=timezone.localdate())})
    return ", ".join(told) or _("no promise yet")


ACTIONS = Listing(
    name="actions",
    label=gettext_lazy("Actions"),
    rows=_rows,
    sort="-per_hour",
    columns=(
        Column("title", gettext_lazy("Action"), second=_second, role="lead",
               url=lambda row: reverse("action", args=[row.uid])),
        Column("removes", gettext_lazy("Removes a year"), order="removes_minor", numeric=True, role="side",
               value=_removes, second=_removes_range, export=lambda row: row.removes),
        Column("hours", gettext_lazy("Work"), value=lambda row: hours_words(row.hours), order="hours", numeric=True,
               export="hours"),
        Column("per_hour", gettext_lazy("Per hour"), order="per_hour_minor", role="per",
               piece="exposure/_per_hour.html", export=lambda row: row.per_hour),
        Column("limit", gettext_lazy("Time limit"), order="limit_on", role="limit", value=_limit, second=_limit_second,
               export="limit"),
        Column("owner", gettext_lazy("Owner, promises"), role="more", value=_owner, second=_owner_second,
               export=lambda row: row.owner.name if row.owner else ""),
        Column("range", gettext_lazy("Range"), value=_removes_range, shown=False),
        Column("promised", gettext_lazy("Promised"), value=lambda row: row.promised_on or "", shown=False),
        Column("exploited", gettext_lazy("Exploited findings"), order="exploited", numeric=True, shown=False),
        Column("findings", gettext_lazy("Open findings"), value="open_findings", numeric=True, shown=False),
        Column("assets", gettext_lazy("Assets"), numeric=True, shown=False),
        Column("kind", gettext_lazy("Kind"), value="get_kind_display", shown=False),
        Column("unit", gettext_lazy("Unit"), value="unit.name", shown=False),
    ),
    views=(
        View("first", gettext_lazy("Fix first"), only=OPEN),
        View("late", gettext_lazy("Past their limit"), only=late_actions, sort="limit"),
        View("exploited", gettext_lazy("Exploited in the wild"), only=OPEN & Q(exploited__gt=0)),
        View("window", gettext_lazy("Waits for a window"), only=Q(state="window")),
        View("accepted", gettext_lazy("Tolerated"), only=Q(state="accepted")),
        View("done", gettext_lazy("Done"), only=Q(state="done")),
    ),
    filters=(
        Words(label=gettext_lazy("Words or owner"), subject_kind=Action.SUBJECT),
        Above("removes", gettext_lazy("Loss removed a year"), "removes_minor", scale=100),
        Choice("unit", gettext_lazy("Unit"), field="unit__uid", choices=units_to_choose),
        Choice("kind", gettext_lazy("Kind"), field="kind", choices=Action.KINDS),
        Flag("nobody", gettext_lazy("Without an owner"), only=Q(owner__isnull=True)),
        Flag("unpromised", gettext_lazy("Without a promised day"), only=Q(promised_on__isnull=True)),
        Flag("unpriced", gettext_lazy("Not priced yet"), only=Q(priced_run__isnull=True)),
    ),
    bulk=(
        BulkAct(gettext_lazy("Assign"), "actions-assign", permission=ASSIGN),
        BulkAct(gettext_lazy("Set a date"), "actions-promise", permission=ASSIGN),
        BulkAct(gettext_lazy("Ask for an exception"), "actions-ask", permission=ASK),
    ),
    opens="exposure/_proof.html",
    opened=lambda row, user: proof_of(Action.objects.get(pk=row.pk)),
    dress=dress,
    state=_state,
    first_day=FirstDay(
        "file-import", gettext_lazy("No actions yet."),
        gettext_lazy("Bring in one scan and this list fills in about a minute. Nothing leaves this machine."),
        ((gettext_lazy("Choose a file"), "report-new"), (gettext_lazy("Reports"), "reports")),
    ),
)  # fmt: skip


class ActionsPage(ListPage):
    """What to fix first, as far as the user sees it."""

    listing = ACTIONS
    permission = SEE
    template = "exposure/actions.html"

    def headline(self, page: Page) -> tuple[str, str]:
        view = "" if page.is_filtered or page.view is None else page.view.key
        if page.is_first_day:
            return _("Nothing is known of the network's flaws yet."), ""
        first = heading(self.request.user) if view == "first" else []
        if first:
            return _answer(summed(first)), f"{_start(first[0])} {_added(len(first))}".strip()
        return _counted(view, page), _unpriced() if view == "first" and page.total else ""

    def more(self, page: Page) -> dict[str, Any]:
        scope = scope_of(self.request.user)
        view = page.view.key if page.view else ""
        is_headed = view == "first" and not page.is_filtered and bool(page.rows)
        return {
            "is_headed": is_headed,
            "may_take_in": scope.allows(TAKE_IN),
            "may_set_limits": scope.allows(SET_LIMITS),
        }


def _answer(sums: Sums) -> str:
    removes = sums.removes
    said = {
        "hours": f"{sums.hours:,.2f}".rstrip("0").rstrip("."),
        "money": words.money(removes.major, removes.currency) if removes else "",
    }
    if sums.hours == 1:
        return _("1 hour removes %(money)s a year.") % said
    return _("%(hours)s hours remove %(money)s a year.") % said


def headed_as_one(first: Sequence[Action], removes: Money, *, low: Money, high: Money) -> tuple[str, str]:
    """Return the heading of the few actions with what they remove when all of them are done."""
    answer = _answer(replace(summed(first), removes=removes))
    span = words.money_range(low.major, high.major, currency=low.currency)
    told = ngettext(
        "Done together, this %(n)d action removes %(span)s a year, nine times in ten.",
        "Done together, these %(n)d actions remove %(span)s a year, nine times in ten.",
        len(first),
    )  # fmt: skip
    return answer, f"{_start(first[0])} {told % {'n': len(first), 'span': span}}"


def _start(first: Action) -> str:
    said = {"title": first.title, "hours": hours_words(first.hours)}
    if first.exploited:
        return _("Start with “%(title)s”: %(hours)s, and it is being exploited.") % said
    return _("Start with “%(title)s”: %(hours)s.") % said


def _added(number: int) -> str:
    """Say that the sum is one of single prices: no bound, for two actions may share a flaw, or a host."""
    if number == 1:
        return ""
    told = _("The sum adds what %(n)d actions remove alone; done together they may remove more or less.")
    return told % {"n": number}


def _unpriced() -> str:
    return _("None is priced: a run prices them once a scenario says what comes through a flaw.")


def _counted(view: str, page: Page) -> str:
    number, said = page.total.shown, {"n": page.total}
    told = {
        "first": ngettext("%(n)s action is open.", "%(n)s actions are open.", number),
        "late": ngettext("%(n)s action is past its limit.", "%(n)s actions are past their limit.", number),
        "exploited": ngettext(
            "%(n)s open action is about a flaw exploited in the wild.",
            "%(n)s open actions are about flaws exploited in the wild.",
            number,
        ),
        "window": ngettext("%(n)s action waits for a window.", "%(n)s actions wait for a window.", number),
        "accepted": ngettext("%(n)s action is tolerated for now.", "%(n)s actions are tolerated for now.", number),
        "done": ngettext("%(n)s action is done.", "%(n)s actions are done.", number),
    }.get(view, ngettext("%(n)s action fits.", "%(n)s actions fit.", number))
    answer = told % said
    return answer[:1].upper() + answer[1:]


def _decision_state(row: Any) -> str:
    if row.is_waiting:
        return "late" if row.answer_by < timezone.localdate() else "today"
    return ""


WAITS = Q(state__in=("asked", "proposed"))
EXCEPTIONS = Listing(
    name="exceptions",
    label=gettext_lazy("Exceptions"),
    rows=lambda user: Decision.objects.select_related("unit", "owner", "asked_by", "decided_by"),
    sort="answer",
    columns=(
        Column("title", gettext_lazy("Exception"), second="get_kind_display", role="lead",
               url=lambda row: reverse("exception", args=[row.uid])),
        Column("state", gettext_lazy("State"), value="get_state_display", order="state", role="side"),
        Column("findings", gettext_lazy("Findings"), order="findings", numeric=True),
        Column("until", gettext_lazy("Until"), value=lambda row: row.until or _("no end")),
        Column("owner", gettext_lazy("Answers for it"), value=lambda row: row.owner.name if row.owner else "",
               role="more"),
        Column("by", gettext_lazy("Asked by"), value=lambda row: row.asked_by.name if row.asked_by else row.source),
        Column("answer", gettext_lazy("Answer by"), value="answer_by", order="answer_by", role="limit"),
        Column("unit", gettext_lazy("Unit"), value="unit.name", shown=False),
    ),
    views=(
        View("waiting", gettext_lazy("Waits for an answer"), only=WAITS),
        View("force", gettext_lazy("In force"), only=Q(state="in_force")),
        View("proposed", gettext_lazy("Proposed by makers"), only=Q(state="proposed")),
        View("over", gettext_lazy("Ended"), only=Q(state__in=("ended", "refused", "withdrawn"))),
    ),
    filters=(
        Words("text", gettext_lazy("Words"), fields=("title", "reason")),
        Choice("kind", gettext_lazy("Kind"), field="kind", choices=Decision.KINDS),
        Choice("unit", gettext_lazy("Unit"), field="unit__uid", choices=units_to_choose),
    ),
    state=_decision_state,
    first_day=FirstDay(
        "gavel", gettext_lazy("No exception yet."),
        gettext_lazy("Ask for one from an action or a finding; somebody else decides."),
        ((gettext_lazy("Fix first"), "actions"),),
    ),
)  # fmt: skip


class ExceptionsPage(ListPage):
    """The exceptions that the user sees."""

    listing = EXCEPTIONS
    permission = SEE

    def headline(self, page: Page) -> tuple[str, str]:
        number = page.total.shown
        told = {
            "waiting": ngettext("%(n)s exception waits for an answer.", "%(n)s exceptions wait for an answer.", number),
            "force": ngettext("%(n)s exception is in force.", "%(n)s exceptions are in force.", number),
        }.get(
            page.view.key if page.view and not page.is_filtered else "",
            ngettext("%(n)s exception fits.", "%(n)s exceptions fit.", number),
        )
        if page.is_first_day:
            return _("Nobody asked for an exception yet."), ""
        answer = told % {"n": page.total}
        return answer[:1].upper() + answer[1:], _("Whoever asks does not decide.")

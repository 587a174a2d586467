"""What changed since a day, in at most ten lines that can be sent as they stand."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.board.models import Decision
from alcaide.common import words
from alcaide.common.models import User
from alcaide.common.money import Money
from alcaide.risk.models import Run, Scenario
from alcaide.risk.queries import Figures, figures, moves_since

from .owners import owners_of

MOST_LINES = 10
WORLD, OURS, OPINION, SCOPE, PEOPLE, DECIDED = (
    "world",
    "verified action",
    "revised opinion",
    "scope",
    "people",
    "decided",
)


@dataclass(frozen=True)
class Line:
    """One thing that changed: its kind, its words, its sum or people, whose it is, and where it opens."""

    kind: str
    what: str
    amount: str
    owner: str
    url: str
    is_rise: bool = False


@dataclass(frozen=True)
class Changed:
    """What changed between the last run before a day and the newest."""

    since: date
    before: Run
    now: Figures
    mean_before: Money
    mean_now: Money
    low: Money
    high: Money
    lines: tuple[Line, ...]

    @property
    def is_later(self) -> bool:
        """Whether the comparison begins after the day, for want of older figures."""
        return timezone.localdate(self.before.at) >= self.since

    @property
    def move(self) -> Money:
        """How far the expected loss moved."""
        return Money(self.mean_now.minor - self.mean_before.minor, self.mean_now.currency, self.mean_now.kind)


def changed(user: User, *, since: date) -> Changed | None:
    """Return what changed since a day; None for who sees only a part, or where no run is older than the newest.

    The comparison begins with the last run before the day, or the very first one.
    """
    shown = figures(user)
    if shown is None or not shown.whole:
        return None
    before = _run_before(shown.run, since)
    if before is None:
        return None
    earlier = Figures.of(before)
    mean, low, high = shown.expected
    return Changed(
        since=since, before=before, now=shown, mean_before=shown.money(earlier.results["mean"]), mean_now=mean,
        low=low, high=high, lines=tuple(_lines(shown, earlier, since=since)),
    )  # fmt: skip


def last_friday(today: date) -> date:
    """Return the last Friday before a day: what a weekly note begins with.

    >>> last_friday(date(2026, 11, 23))
    datetime.date(2026, 11, 20)
    >>> last_friday(date(2026, 11, 20))
    datetime.date(2026, 11, 13)
    """
    return today - timedelta(days=(today.weekday() - 5) % 7 + 1)


def as_text(found: Changed) -> str:
    """Write it as plain text for a letter, whole and unabridged."""
    currency = found.mean_now.currency
    span = words.money_range(found.low.major, found.high.major, currency=currency)
    about = {
        "now": words.money(found.mean_now.major, currency), "range": span, "number": found.now.run.number,
        "move": words.money_signed(found.move.major, currency), "before": found.before.number,
        "day": words.day(timezone.localdate(found.before.at), today=timezone.localdate()),
    }  # fmt: skip
    head = _("Expected loss a year: %(now)s (%(range)s), %(move)s since %(day)s.") % about
    runs = _("Run %(number)s against run %(before)s.") % about
    rows = [
        f"{number}. [{line.kind}] {line.what}: {line.amount}" + (f" ({line.owner})" if line.owner else "")
        for number, line in enumerate(found.lines, start=1)
    ]
    return "\n".join([head, runs, "", *(rows or [_("Nothing moved.")]), ""])


def _run_before(current: Run, since: date) -> Run | None:
    begins = timezone.make_aware(datetime.combine(since, time.min))
    earlier = Run.objects.filter(number__lt=current.number)
    return earlier.filter(at__lt=begins).order_by("-number").first() or earlier.order_by("number").first()


def _lines(shown: Figures, earlier: Figures, *, since: date) -> list[Line]:
    others = [*_harm(shown, earlier), *_decisions(since)]
    moves = moves_since(shown, earlier.run)
    room = MOST_LINES - len(others)
    kept, rest = (moves, []) if len(moves) <= room else (moves[: room - 1], moves[room - 1 :])
    known = _known({uid for move in kept for uid in move["scenarios"]})
    lines = [_move(shown, move, known, owners=names) for move, names in zip(kept, owners_of(kept), strict=True)]
    if rest:
        amount = sum(move["sum"] for move in rest)
        said = ngettext("%(n)s smaller move", "%(n)s smaller moves", len(rest)) % {"n": words.count(len(rest))}
        lines.append(Line("mixed", said, _signed(shown, amount), "", reverse("run", args=[shown.run.uid]), amount > 0))
    return [*lines, *others]


def _move(shown: Figures, move: dict[str, Any], known: set[str], *, owners: tuple[str, ...]) -> Line:
    uids = move["scenarios"]
    is_one = len(uids) == 1 and uids[0] in known
    url = reverse("scenario", args=[uids[0]]) if is_one else reverse("run", args=[shown.run.uid])
    owner = ", ".join(owners[:2]) + (_(" and others") if len(owners) > 2 else "")
    return Line(move["kind"], move["what"], _signed(shown, move["sum"]), owner, url, move["sum"] > 0)


def _known(uids: set[str]) -> set[str]:
    """Return the scenarios that have a page."""
    return {str(uid) for uid in Scenario.objects.filter(uid__in=uids).values_list("uid", flat=True)}


def _harm(shown: Figures, earlier: Figures) -> list[Line]:
    now, before = shown.results["harm"], earlier.results["harm"]
    if not now or not before or abs(now["mean"] - before["mean"]) < 0.005:
        return []
    low, high = now["range"]
    about = {
        "now": words.decimal(now["mean"], 2), "low": words.decimal(low, 2), "high": words.decimal(high, 2),
        "before": words.decimal(before["mean"], 2),
    }  # fmt: skip
    said = _("People expected to be harmed a year")
    amount = _("%(now)s (%(low)s–%(high)s), was %(before)s") % about
    return [Line(PEOPLE, said, amount, "", reverse("run", args=[shown.run.uid]), now["mean"] > before["mean"])]


def _decisions(since: date) -> list[Line]:
    begins = timezone.make_aware(datetime.combine(since, time.min))
    taken = list(
        Decision.objects.filter(decided_at__gte=begins).select_related("decided_by").prefetch_related("measures")
    )
    if not taken:
        return []
    measures = {measure.pk for decision in taken for measure in decision.measures.all()}
    said = ngettext("%(n)s measure adopted", "%(n)s measures adopted", len(measures)) % {
        "n": words.count(len(measures))
    }
    how = ngettext("%(n)s decision", "%(n)s decisions", len(taken)) % {"n": words.count(len(taken))}
    return [Line(DECIDED, said, how, taken[0].decided_by.name, reverse("board"))]


def _signed(shown: Figures, amount: float) -> str:
    return _("%(sum)s a year") % {"sum": words.money_signed(shown.money(amount).major, shown.run.currency)}

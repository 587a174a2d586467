"""Taking prices of actions from a run, so that a list of many can be sorted by money for an hour of work."""

from datetime import datetime
from uuid import UUID

from alcaide.common.models import Priced
from alcaide.common.rows import Table
from alcaide.common.trail import Actor, audit, writing
from alcaide.exposure.models import Action

_COLUMNS = (
    "removes_minor", "removes_low_minor", "removes_high_minor", "per_hour_minor", "currency", "priced_run", "priced_at",
)  # fmt: skip
_PRICES = Table(Action, *_COLUMNS)
_NO_PRICE = (0, 0, 0, 0, "", None, None)
FIGURE = "removed_a_year"
AT_ONCE = 5_000


def take_prices(actor: Actor, *, run: UUID, at: datetime) -> int:
    """Copy what a run says that each action removes a year (`Priced`, figure `removed_a_year`) onto the actions.

    Called by whoever prices, at the end of a run. An action that this run does not name has no price afterwards.
    What stands already is not written again, and where nothing moves no line is added to the trail.
    Returns how many are priced.
    """
    prices: dict[str, tuple[int, int, int, str]] = {
        subject.partition(":")[2]: (amount, low, high, currency)
        for subject, amount, low, high, currency in Priced.objects.filter(
            figure=FIGURE, run=run, subject__startswith=f"{Action.SUBJECT}:"
        ).values_list("subject", "amount_minor", "low_minor", "high_minor", "currency")
    }
    rows = []
    for pk, uid, hours, *was in Action.objects.values_list("pk", "uid", "hours", *_COLUMNS):
        price = prices.get(str(uid))
        now = (*price[:3], _per_hour(price[0], hours), price[3], run, at) if price else _NO_PRICE
        if now != tuple(was):
            rows.append((*now, pk))
    for start in range(0, len(rows), AT_ONCE):
        batch = rows[start : start + AT_ONCE]
        with writing():
            _PRICES.update(batch)
            audit(actor, "take_prices", subject="exposure.actions:all", after={"run": str(run), "actions": len(batch)})
    return len(prices)


def _per_hour(amount_minor: int, hours: float) -> int:
    return round(amount_minor / hours)

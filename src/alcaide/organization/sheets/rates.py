"""A sheet of the rates of currencies by day."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.common import purging, sheets
from alcaide.common.permissions import Refused, scope_of
from alcaide.common.sheets import Context, Outcome, Sheet, SheetColumn, SheetRow, Undone, Written, compared
from alcaide.common.trail import Actor, System, audit, writing
from alcaide.intake.sheets import day, decimal, text, yes_no
from alcaide.organization import services
from alcaide.organization.models import CHANGE, Rate
from alcaide.organization.queries import root_unit, the_organization
from alcaide.organization.services.rates import checked_currency, checked_rate, odd_words


def compare(actor: Actor, rows: Sequence[SheetRow], _context: Context) -> list[Outcome]:
    """Say what would become of each row; rates are the whole organization's."""
    ours = the_organization().currency
    allowed = isinstance(actor, System) or scope_of(actor).allows(CHANGE, root_unit().pk)
    held = Rate.objects.filter(ours=ours, on__in={row.values["on"] for row in rows})
    standing = {(rate.currency, rate.on): rate for rate in held}
    return [_outcome(row, standing, ours=ours, allowed=allowed) for row in rows]


def _outcome(row: SheetRow, standing: dict[Any, Rate], *, ours: str, allowed: bool) -> Outcome:
    values = dict(row.values)
    outcome = Outcome(row.number, "refused", f"{values['currency']} {values['on']}")
    if not allowed:
        return outcome.refused(_("Rates are changed by who may change the whole organization."))
    try:
        values["currency"] = checked_currency(values["currency"], ours=ours)
        values["per_ours"] = checked_rate(values["per_ours"])
    except ValidationError as fault:
        return outcome.refused(" ".join(fault.messages))
    sure = bool(values.pop("sure", None))
    said = "" if sure else odd_words(values["currency"], values["on"], values["per_ours"])
    if said:
        return outcome.refused(_("%(said)s If it is right, write yes under “Really so”.") % {"said": said})
    found = standing.get((values["currency"], values["on"]))
    is_now = {key: getattr(found, key) for key in values} if found else {}
    return compared(row, found, name=outcome.name, is_now=is_now, becomes=values, held=values)


def write(actor: Actor, outcomes: Sequence[Outcome], _context: Context) -> list[Outcome]:
    """Keep rates through the service."""
    done = []
    for each in outcomes:
        try:
            with writing():
                kept = services.set_rate(actor, **each.held, sure=True)
        except (ValidationError, Refused) as fault:
            words = " ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault)
            done.append(each.refused(words))
        else:
            done.append(each.written(kept.subject, kept.version))
    return done


def judge(_actor: Actor, written: Sequence[Written], _context: Context) -> list[Undone]:
    """Say what an undo would do: an added rate goes, a corrected one gets back what it was."""
    held = {
        row.subject: row for row in Rate.objects.filter(uid__in=[each.subject.partition(":")[2] for each in written])
    }
    return [
        sheets.judged(each, row, held=row, is_now={key: getattr(row, key) for key in each.after} if row else {})
        for each in written
        for row in [held.get(each.subject)]
    ]


def take_back(actor: Actor, undone: Sequence[Undone], _context: Context) -> None:
    """Take out what was added, and put back what was corrected."""
    for each in undone:
        if each.row.kind == "added":
            audit(actor, "remove_rate", subject=each.held.subject, before={"per_ours": each.held.per_ours})
            purging.remove(actor, each.held, why="The import that added it was undone")
        else:
            kept = {"per_ours": each.held.per_ours, "source": each.held.source, **each.restore}
            services.set_rate(
                actor, currency=each.held.currency, on=each.held.on, per_ours=kept["per_ours"],
                source=kept["source"], sure=True,
            )  # fmt: skip


RATES = Sheet(
    key="organization.rates",
    label=lazy("Rates of currencies"),
    about=lazy(
        "What one of ours was in another currency on a day (1 EUR = 1.0842 USD: write 1.0842), with where that is from."
    ),
    permission=CHANGE,
    list_url="rates",
    identity=("currency", "on"),
    columns=(
        SheetColumn("on", lazy("Day"), day(), required=True, also=("date",)),
        SheetColumn("currency", lazy("Currency"), text(most=3), required=True, also=("code",), example="USD"),
        SheetColumn("per_ours", lazy("One of ours is how many of it"), decimal(), required=True,
                    also=("rate", "one of ours buys"), example="1.0842"),
        SheetColumn("source", lazy("From where"), text(most=200), required=True, also=("source",),
                    example="ECB reference rates"),
        SheetColumn("sure", lazy("Really so"), yes_no(), also=("sure",)),
    ),
    compare=compare,
    write=write,
    judge=judge,
    take_back=take_back,
)  # fmt: skip

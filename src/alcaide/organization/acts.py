"""The acts of this room that need a second person."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from alcaide.common import words
from alcaide.common.eyes import Act, Change
from alcaide.common.models import EyesRequest
from alcaide.organization import services
from alcaide.organization.models import APPETITE, CHANGE, SET_APPETITE, WHOLE_LIST, Appetite, Unit
from alcaide.organization.queries import appetite_of


def _changes(row: EyesRequest) -> Sequence[Change]:
    unit = Unit.objects.filter(uid=row.about.partition(":")[2]).first()
    if unit is None:
        return ()
    asked = services.appetite_asked(row, unit)
    held = Appetite.objects.filter(uid=row.result.partition(":")[2]).first() if row.result else None
    before = appetite_of(unit) if row.is_waiting else None if held is None else services.appetite_before(held)
    return (
        Change(_("A year may cost more than"), _sum(before), _sum(asked)),
        Change(_("in at most"), _often(before), _often(asked)),
        Change(_("Who decided it, and when"), before.note if before else "–", asked.note),
    )


def _sum(held: Appetite | None) -> str:
    return words.money_exactly(held.limit.major, held.currency) if held else "–"


def _often(held: Appetite | None) -> str:
    return str(_("%(share)s of years")) % {"share": words.share(held.chance)} if held else "–"


ACTS = (
    Act(
        APPETITE, _("Change of the appetite"), ask=SET_APPETITE, answer=SET_APPETITE, apply=services.apply_appetite,
        check=services.appetite_fault, changes=_changes, may_override=True, of=Appetite.SUBJECT,
        undo=services.undo_appetite,
    ),
    # Who confirms a list needs the right to change such rows, which hangs on what the list holds.
    Act(
        WHOLE_LIST, _("Whole list that ends many"), ask=CHANGE, answer=CHANGE, queue="people-lists",
        of="organization.listconfirmed", answered_in=("alcaide.organization.services.lists.confirm_list",),
    ),
)  # fmt: skip

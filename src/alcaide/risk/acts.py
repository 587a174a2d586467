"""The acts of this room that need a second person."""

from django.utils.translation import gettext_lazy as _

from alcaide.common.eyes import Act
from alcaide.common.models import EyesOverride, User
from alcaide.risk.models import ACCEPT, ACCEPT_ABOVE, ACCEPTANCE, ACCEPTANCE_ABOVE, ASK, SEE, Tolerance
from alcaide.risk.services import withdraw_tolerance

ANSWERED_IN = (
    "alcaide.risk.services.tolerances.agree_to_tolerate", "alcaide.risk.services.tolerances.refuse_to_tolerate",
)  # fmt: skip


def _undo(by: User, row: EyesOverride) -> None:
    held = Tolerance.objects.get(uid=row.about.partition(":")[2])
    if held.state == "agreed":
        withdraw_tolerance(by, held, opened_version=held.version, why="Undone by the review of an emergency.")


ACTS = (
    Act(
        ACCEPTANCE, _("Acceptance of a risk"), ask=ASK, answer=ACCEPT, see=SEE, of=Tolerance.SUBJECT,
        answered_in=ANSWERED_IN, undo=_undo, may_override=True, queue="tolerances",
    ),
    # Nobody accepts alone what is above the appetite: that is what the appetite is for.
    Act(
        ACCEPTANCE_ABOVE, _("Acceptance of a risk above the appetite"), ask=ASK, answer=ACCEPT_ABOVE, see=SEE,
        of=Tolerance.SUBJECT, answered_in=ANSWERED_IN, queue="tolerances",
    ),
)  # fmt: skip

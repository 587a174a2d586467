"""The act of this room that needs a second person."""

from django.utils.translation import gettext_lazy as _

from alcaide.common.eyes import Act
from alcaide.common.models import EyesOverride, User
from alcaide.exposure.models import ASK, DECIDE, EXCEPTION, SEE, Decision
from alcaide.exposure.services import end_early


def _undo(by: User, row: EyesOverride) -> None:
    decision = Decision.objects.get(uid=row.about.partition(":")[2])
    if decision.state == "in_force":
        end_early(by, decision, why="Undone by the review of an emergency.")


ACTS = (
    Act(
        EXCEPTION, _("Exception for findings"), ask=ASK, answer=DECIDE, see=SEE, of=Decision.SUBJECT,
        answered_in=("alcaide.exposure.services.deciding.approve", "alcaide.exposure.services.deciding.refuse"),
        undo=_undo, may_override=True, queue="exceptions",
    ),
)  # fmt: skip

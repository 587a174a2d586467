"""Declaring a monitor: what it says is kept, and the act by which a name behind it is shown is offered."""

from django.utils.translation import gettext_lazy as _

from alcaide.common import eyes

from . import unmasking
from .declared import Monitor, keep
from .keys import SEE


def declare(*told: Monitor) -> None:
    """Declare monitors. Called from `AppConfig.ready`. Raises MonitorFaulty."""
    for each in told:
        keep(each)
        eyes.offer(
            eyes.Act(
                each.act, _("Name behind a pseudonym"), ask=each.ask_permission, answer=each.answer_permission,
                apply=unmasking.grant, check=unmasking.check, see=SEE, lives_days=7,
            )
        )  # fmt: skip

"""What two pairs of eyes offer to the house at its start."""

from django.utils.translation import gettext_lazy as _

from alcaide.common import guards, registries
from alcaide.common.models import EyesOverride, EyesRequest, EyesStandIn
from alcaide.common.notices.kinds import Kind, Way, offer_kind

from .due import brief, due
from .jobs import repeat
from .queries import override_subject, request_subject, stand_in_subject
from .rights import SEE


def offer_eyes() -> None:
    """Offer names, what is due, a kind of notice and what repeats. Called from `AppConfig.ready`."""
    guards.keep("common.EyesAttempt", keys=("id",))
    guards.keep("common.EyesAnswer", keys=("id",))
    registries.offer_subject(EyesRequest.SUBJECT, "Request", request_subject)
    registries.offer_subject(EyesOverride.SUBJECT, "Emergency", override_subject)
    registries.offer_subject(EyesStandIn.SUBJECT, "Stand-in", stand_in_subject)
    registries.offer_due("common.eyes", due, brief=brief)
    registries.offer_nav(registries.NavItem("Office", "Second person", "eyes-to-answer", "gavel", 905, SEE))
    offer_kind(
        Kind("eyes", _("A second person's answer"), _("Asked of me, or given to what I asked."), "gavel", Way.DIGEST)
    )
    repeat()

"""What holds offer to the house at its start."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common import eyes
from alcaide.common.models import Hold, HoldCustodian, HoldExport
from alcaide.common.registries import NavItem, Subject, offer_due, offer_nav, offer_subject

from .due import due
from .queries import HOLD_RELEASE, PLACE, SEE, holds


def offer_holds() -> None:
    """Offer the side bar's entry, what is due, and how a hold is named. Called from `AppConfig.ready`."""
    eyes.offer(
        eyes.Act(
            HOLD_RELEASE, gettext_lazy("Release of a legal hold"), ask=PLACE, answer=PLACE, of=Hold.SUBJECT, see=SEE,
            answered_in=("alcaide.common.holds.services.release",), queue="holds",
        )
    )  # fmt: skip
    offer_due("common.holds", due)
    offer_subject(Hold.SUBJECT, "Legal hold", _hold)
    offer_subject(HoldCustodian.SUBJECT, "Legal hold", _custodian)
    offer_subject(HoldExport.SUBJECT, "Export of a hold", _export)
    offer_nav(NavItem("House", "Legal holds", "holds", "lock", 930, SEE))


def _hold(uid: str, user: Any) -> Subject | None:
    row = holds(user).filter(uid=uid).first()
    return Subject(f"{row.number}. {row.matter}", reverse("hold", args=[row.uid])) if row else None


def _custodian(uid: str, user: Any) -> Subject | None:
    """A custodian reads the hold's number and their own page, and counsel the hold's."""
    row = HoldCustodian.objects.select_related("hold").filter(uid=uid).first()
    if row is None:
        return None
    if row.user_id == getattr(user, "pk", None):
        title = _("Legal hold %(number)s: keep what you have") % {"number": row.hold.number}
        return Subject(title, reverse("holds-mine"))
    return _hold(str(row.hold.uid), user)


def _export(uid: str, user: Any) -> Subject | None:
    row = HoldExport.objects.select_related("hold").filter(uid=uid).first()
    return _hold(str(row.hold.uid), user) if row else None

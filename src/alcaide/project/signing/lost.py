"""Taking lost second factors away, and telling everybody who must know."""

from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common.models import User
from alcaide.common.notices.kinds import Kind, Way, offer_kind
from alcaide.common.notices.services import tell
from alcaide.common.signing.services import forget_factors
from alcaide.common.trail import Actor, write
from alcaide.project.signing.emergency import who_must_know


@write
def take_away(actor: Actor, user: User, *, why: str) -> int:
    """Remove every app, key and recovery code of a person; they, chiefs, administrators and auditors are told.

    Returns how many there were. Raises Refused.
    """
    asked = HttpRequest()
    asked.user = user

    def remove() -> int:
        rows = list(Authenticator.objects.filter(user_id=user.pk).exclude(type=Authenticator.Type.RECOVERY_CODES))
        for row in rows:
            delete_and_cleanup(asked, row)
        return len(rows)

    number = forget_factors(actor, user, remove=remove, why=why)
    words = _("The second factors of %(name)s were taken away: %(why)s") % {"name": user.name, "why": why[:150]}
    told = {each.pk: each for each in (*who_must_know(), user)}
    by = actor if isinstance(actor, User) else None
    tell(told.values(), kind="lost_factor", words=words, url=reverse("sessions"), by=by)
    return number


def offer() -> None:
    """Offer the notice."""
    label, told = gettext_lazy("A second factor was taken away"), gettext_lazy("Always told at once.")
    offer_kind(Kind("lost_factor", label, told, "key-off", Way.MAIL, is_always=True))

"""What notices want decided: letters that do not go out, for who looks after the e-mail."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Due

from .queries import MAIL, letters_in_trouble


def due(user: User) -> Iterator[Due]:
    """Yield one item while letters have failed."""
    if not scope_of(user).allows(MAIL):
        return
    first = letters_in_trouble().order_by("id").first()
    if first is None:
        return
    n = letters_in_trouble().count()
    title = ngettext("%(n)s e-mail did not go out", "%(n)s e-mails did not go out", n) % {"n": n}
    yield Due(first.subject, title, first.fault or _("No reason given"), reverse("notice-mail"), _("Look"), "mail",
              since=first.changed_at)  # fmt: skip

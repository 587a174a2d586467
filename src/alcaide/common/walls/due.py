"""What matters want done, in words that say nothing of them."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.registries import Due
from alcaide.common.trail import WALLED

from .queries import own_tasks


def due(user: User) -> Iterator[Due]:
    """Yield the open tasks of this user behind walls."""
    for task in own_tasks(user):
        url = reverse("matter", args=[task.matter.uid])
        yield Due(f"{WALLED}:{task.uid}", _("A task in a matter waits for you"), "", url, _("Open"), "lock",
                  since=task.created_at, by=task.due_on)  # fmt: skip

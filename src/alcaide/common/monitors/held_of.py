"""What the shared room holds about a person: sign-ins, comments, notices, what they follow, look-ups, shown names."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common.models import Comment, Follow, MonitorLook, Notice, SignedIn, User

from .about_me import Held, HeldPart, part
from .declared import Monitor, monitors
from .queries import label_of
from .reading import own, written_field
from .unmasking import of_person

OVERSIGHT = gettext_lazy("You, the works council, data protection, audit")


def held(user: User) -> Iterator[HeldPart]:
    """Yield what the shared room holds about a person, what monitors hold with it."""
    yield HeldPart(
        "account", _("Your sign-in"), _("So that you can come in, and are told what concerns you."),
        _("While you may sign in; the name stays beside what you did."), _("Whoever works with you here"),
        (Held(f"{user.name}, {user.email}", user.joined_at),),
    )  # fmt: skip
    yield part(
        "signed_in", _("Where you are signed in"), rows=SignedIn.objects.filter(user=user),
        told=lambda row: Held(row.device, row.since, row.ended_at, row.address or ""),
        purpose=_("So that you can end a place that is not yours."), kept=_("A month after its end."),
        seen_by=_("Only you"),
    )  # fmt: skip
    yield from _streams(user)
    yield part(
        "comments", _("Comments you wrote"), rows=Comment.objects.filter(by=user, removed_at=None).order_by("-pk"),
        told=lambda row: Held(row.text[:200], row.created_at), purpose=_("They explain the records they stand beside."),
        kept=_("As the retention register says."), seen_by=_("Whoever sees that record"),
    )  # fmt: skip
    yield part(
        "notices", _("Notices you got"), rows=Notice.objects.filter(user=user).order_by("-pk"),
        told=lambda row: Held(row.words, row.at), purpose=_("So that you find again what you were told."),
        kept=_("As the retention register says."), seen_by=_("Only you"),
    )  # fmt: skip
    yield part(
        "follows", _("What you follow"), rows=Follow.objects.filter(user=user, is_on=True),
        told=lambda row: Held(row.subject.partition(":")[0]), purpose=_("To tell you of changes."),
        kept=_("Until you stop."), seen_by=_("Only you"),
    )  # fmt: skip
    yield part(
        "looks", _("Streams you looked at"), rows=MonitorLook.objects.filter(by=user),
        told=lambda row: Held(label_of(row.monitor), row.at, None, _("%(n)s rows") % {"n": row.rows}),
        purpose=_("Who looks at others is noted."), kept=_("For good."), seen_by=OVERSIGHT,
    )  # fmt: skip


def _streams(user: User) -> Iterator[HeldPart]:
    """Yield a person's own rows of each monitor, and how often their name behind one was shown."""
    keys = []
    for monitor in monitors():
        keys.append(monitor.key)
        yield part(
            f"monitor_{monitor.key}", monitor.label, rows=own(user, monitor.key), told=partial(_row, monitor),
            purpose=monitor.purpose, kept=_("As the retention register says."),
            seen_by=_("You; others only with names masked, where this monitor is on"),
        )  # fmt: skip
    why = _("Ask data protection for the reason.")
    shown = [Held(label_of(row.monitor), row.granted_at, row.ends_at, why) for row in of_person(user, keys)]
    yield HeldPart(
        "unmasked", _("When your name behind a pseudonym was shown"), _("So that you know of it, once it is over."),
        _("For good."), OVERSIGHT, shown,
    )  # fmt: skip


def _row(monitor: Monitor, row: Any) -> Held:
    """Put one's own row of a stream into words, whole."""
    names = [name for name in monitor.fields if name not in {monitor.person, monitor.at}]
    values = [written_field(row, name) for name in names]
    return Held(", ".join(str(value) for value in values if value), getattr(row, monitor.at))

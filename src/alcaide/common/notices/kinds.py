"""Kinds of notices, and the ways in which a person can be told."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class KindUnknown(LookupError):
    """A notice of a kind that no room declared; declare it with `offer_kind` in `AppConfig.ready`."""


class Way(TextChoices):
    """How a person is told; every way but `off` also shows in the bell."""

    APP = "app", _("In the bell")
    DIGEST = "digest", _("Bell and daily digest")
    MAIL = "mail", _("Bell and e-mail at once")
    OFF = "off", _("Not at all")


@dataclass(frozen=True)
class Kind:
    """One kind of notice; `way` is how people are told who chose nothing."""

    key: str
    label: Text
    help: Text = ""
    icon: str = "bell"
    way: Way = Way.APP
    is_always: bool = False
    """Told this way whatever people choose: what must not be missed."""


_kinds: dict[str, Kind] = {}

KINDS_OF_THE_HOUSE = (
    Kind("mention", _("Somebody mentions me"), _("With @ and your name in a comment."), "at"),
    Kind("comment", _("Comments on what I follow"), _("You follow what you own and what you comment on."), "message"),
    Kind("due", _("Something newly waits for me"), _("Told once a day, early."), "list-check"),
    Kind("overdue", _("Something of mine is past its time"), _("Told once a day, early."), "alert-triangle"),
    Kind("import", _("An import I began has ended"), _("Finished or failed."), "file-import"),
    Kind("hold", _("A legal hold concerns me"), _("Always told, by e-mail too."), "lock", Way.MAIL),
    Kind("house", _("The house itself has something to say"), _("Such as a letter that tries the e-mail."), "mail"),
)


def offer_kind(kind: Kind) -> None:
    """Declare a kind of notice; the settings page and the list name it. Called from `AppConfig.ready`."""
    _kinds[kind.key] = kind


def kinds() -> tuple[Kind, ...]:
    """Return every declared kind, those of the house first."""
    return tuple(_kinds.values())


def kinds_to_choose() -> tuple[Kind, ...]:
    """Return the kinds of which people choose how they are told."""
    return tuple(kind for kind in kinds() if not kind.is_always)


def kind_of(key: str) -> Kind:
    """Return a declared kind. Raises KindUnknown."""
    if key not in _kinds:
        raise KindUnknown(f"No room declares notices of the kind “{key}”. Call offer_kind in AppConfig.ready.")
    return _kinds[key]


for _kind in KINDS_OF_THE_HOUSE:
    offer_kind(_kind)

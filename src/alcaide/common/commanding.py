"""The command bar: where one can go, what one can begin, and which subjects are meant, from a few letters."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common import registries
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.search import find_or_meant, fold

MOST_PLACES = 6
MOST_SUBJECTS = 8


@dataclass(frozen=True)
class Choice:
    """One line of the bar."""

    label: str
    second: str
    url: str
    icon: str


@dataclass(frozen=True)
class Offer:
    """What the bar offers for what was typed, group by group; empty groups are left out."""

    groups: tuple[tuple[str, tuple[Choice, ...]], ...]
    instead: str
    """The words that were looked for in place of those typed, where these found nothing."""

    @property
    def is_empty(self) -> bool:
        return not self.groups


def offer(user: User, typed: str) -> Offer:
    """Return what the bar offers somebody; only what they may open. A fixed number of queries but for the hits."""
    words = fold(typed)
    hits = find_or_meant(user, typed, limit=MOST_SUBJECTS) if words else None
    subjects = [
        Choice(hit.title, _second(hit.subject, hit.second), hit.url, "arrow-right")
        for hit in (hits.found if hits else ())
    ]
    groups = [*offer_places(user, typed), *([(_("Found"), tuple(subjects))] if subjects else [])]
    return Offer(tuple(groups), hits.instead if hits else "")


def offer_places(user: User, typed: str) -> list[tuple[str, tuple[Choice, ...]]]:
    """Return the pages and beginnings that fit what was typed; all of them where nothing was."""
    words = fold(typed)
    groups = ((_("Go to"), _fitting(places(user), words)), (_("Begin"), _fitting(beginnings(user), words)))
    return [(label, found) for label, found in groups if found]


def places(user: User) -> list[tuple[Choice, str]]:
    """Return the pages of the side bar that the user may open, each with the words it is known by."""
    scope = scope_of(user)
    items = [item for item in registries.nav_items() if not item.permission or scope.allows(item.permission)]
    return [
        (Choice(item.label, item.group, reverse(item.url_name), item.icon), f"{item.label} {item.group}")
        for item in items
    ]


def beginnings(user: User) -> list[tuple[Choice, str]]:
    """Return what the user may begin, each with the words it is known by."""
    scope = scope_of(user)
    found = []
    for start in registries.starts():
        if start.permission and not scope.allows(start.permission):
            continue
        found.append((Choice(str(start.label), "", reverse(start.url_name), start.icon), f"{start.label} {start.also}"))
    return found


def _fitting(choices: Iterable[tuple[Choice, str]], words: list[str]) -> tuple[Choice, ...]:
    """Keep the choices of which every typed word begins a word."""
    kept = []
    for choice, known in choices:
        have = fold(known)
        if all(any(each.startswith(word) for each in have) for word in words):
            kept.append(choice)
    return tuple(kept[:MOST_PLACES])


def _second(subject: str, second: str) -> str:
    kind = str(registries.kind_label(subject.partition(":")[0]))
    return f"{kind}, {second}" if second else kind

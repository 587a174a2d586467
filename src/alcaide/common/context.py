"""What every page knows: the side bar, whose page it is, and the date of its figures."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from alcaide.common import recall, registries
from alcaide.common.models import User
from alcaide.common.offline.keeping import who
from alcaide.common.permissions import scope_of

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Entry:
    """One entry of the side bar, ready to draw."""

    label: str
    url: str
    icon: str
    count: int
    here: bool


def house(request: HttpRequest) -> dict[str, Any]:
    """Return the context of every page."""
    theme = request.COOKIES.get("theme", "auto")
    shown: dict[str, Any] = {"theme": theme if theme in THEMES else "auto"}
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return shown
    head = cache(recall.trail_head)
    # A piece of a page draws neither, so it shall not ask for them.
    return {
        **shown,
        "nav": SimpleLazyObject(lambda: _nav(request, user, head())),
        "asof": SimpleLazyObject(
            lambda: recall.until_written(user, "as_of", lambda: registries.as_of(user), head=head())
        ),
        "user_role": registries.role_words(user),
        "who": who(user),
    }


def _nav(request: HttpRequest, user: User, head: str) -> list[tuple[str, list[Entry]]]:
    groups: dict[str, list[Entry]] = {}
    scope = scope_of(user)
    items = [item for item in registries.nav_items() if not item.permission or scope.allows(item.permission)]
    counts = recall.until_written(
        user, "nav", lambda: {item.url_name: item.count(user) for item in items if item.count}, head=head
    )
    here = _here(request, [reverse(item.url_name) for item in items])
    for item in items:
        url, count = reverse(item.url_name), counts.get(item.url_name, 0)
        groups.setdefault(item.group, []).append(Entry(item.label, url, item.icon, count, url == here))
    return list(groups.items())


def _here(request: HttpRequest, urls: list[str]) -> str:
    """Return the entry that a page stands under: the longest address that its own begins with."""
    inside = [url for url in urls if request.path == url or (url != "/" and request.path.startswith(url))]
    return max(inside, key=len, default="")

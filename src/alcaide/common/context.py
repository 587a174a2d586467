"""What every page knows: the side bar, whose page it is, and the date of its figures."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from alcaide.common import registries
from alcaide.common.models import User
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
    return {
        **shown,
        "nav": _nav(request, user),
        "asof": registries.as_of(user),
        "user_role": registries.role_words(user),
    }


def _nav(request: HttpRequest, user: User) -> list[tuple[str, list[Entry]]]:
    groups: dict[str, list[Entry]] = {}
    scope = scope_of(user)
    items = [item for item in registries.nav_items() if not item.permission or scope.allows(item.permission)]
    here = _here(request, [reverse(item.url_name) for item in items])
    for item in items:
        url = reverse(item.url_name)
        count = item.count(user) if item.count else 0
        groups.setdefault(item.group, []).append(Entry(item.label, url, item.icon, count, url == here))
    return list(groups.items())


def _here(request: HttpRequest, urls: list[str]) -> str:
    """Return the entry that a page stands under: the longest address that its own begins with."""
    inside = [url for url in urls if request.path == url or (url != "/" and request.path.startswith(url))]
    return max(inside, key=len, default="")

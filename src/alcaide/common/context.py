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
    match = request.resolver_match
    here = match.view_name if match else ""
    for item in registries.nav_items():
        if item.permission and not scope.allows(item.permission):
            continue
        url = reverse(item.url_name)
        inside = here == item.url_name or (url != "/" and request.path.startswith(url))
        count = item.count(user) if item.count else 0
        groups.setdefault(item.group, []).append(Entry(item.label, url, item.icon, count, inside))
    return list(groups.items())

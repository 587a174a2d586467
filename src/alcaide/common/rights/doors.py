"""The rule of each page, declared beside it and asked in the door before anything is read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, TypeVar, cast

from django.http import HttpRequest

from alcaide.common.models import User
from alcaide.common.permissions import permissions, require, require_everywhere, scope_of

V = TypeVar("V", bound=Callable[..., Any])
Reach = Literal["unit", "any", "all"]
Key = str | Callable[[], Iterable[str]]

OPEN = "open"
"""Strangers may come in: signing in, health, what a browser needs before."""
OWN = "own"
"""Whoever is signed in, to what is their own."""
SUBJECT = "subject"
"""Whoever sees the record that the address names."""
WORDS = {OPEN: "anybody", OWN: "whoever is signed in, for their own", SUBJECT: "whoever sees the record"}


@dataclass(frozen=True)
class Rule:
    """Who comes in by an address.

    One of `read` opens the page, one of `write` lets somebody send its form. `reach` says where it must be held:
    in the unit of the row that the address names, in any unit where the row belongs to the whole house, or in all.
    """

    read: tuple[Key, ...]
    write: tuple[Key, ...]
    reach: Reach = "unit"
    owner: tuple[Key, ...] = ()
    """What lets in whom the row itself names, such as who a task is given to; the service asks which row."""

    def wanted(self, method: str) -> tuple[str, ...]:
        """Return what one of must be held for a request."""
        return spread(self.read if method in {"GET", "HEAD", "OPTIONS"} else self.write)

    @property
    def is_open(self) -> bool:
        return OPEN in self.read

    @property
    def is_own(self) -> bool:
        return OWN in self.read


def spread(keys: tuple[Key, ...]) -> tuple[str, ...]:
    """Return permissions with those that functions stand for."""
    return tuple(key for each in keys for key in ([each] if isinstance(each, str) else each()))


def rule(
    *read: Key, write: Key | tuple[Key, ...] = (), reach: Reach = "unit", owner: tuple[Key, ...] = ()
) -> Callable[[V], V]:
    """Declare who may open a view, and ask it in the door: one of these permissions, or OPEN, OWN or SUBJECT.

    A function stands for the permissions that rooms offered by then. write: what sending its form needs, where that
    is more.
    """
    sends = write if isinstance(write, tuple) else (write,)
    told = Rule(read, sends or read, reach, owner)

    def declared(view: V) -> V:
        if isinstance(view, type):
            return cast(V, _asking(view, told))

        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            ask(request.user, (*told.wanted(request.method or "GET"), *spread(told.owner)), reach=told.reach)
            return view(request, *args, **kwargs)

        asked.rule = told  # type: ignore[attr-defined]  # the mark that `rule_of` reads
        return cast(V, asked)

    return declared


def _asking(page: Any, told: Rule) -> Any:
    """Let a class of views ask its rule before it does anything."""
    plain = page.dispatch

    @wraps(plain)
    def dispatch(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        ask(request.user, (*told.wanted(request.method or "GET"), *spread(told.owner)), reach=told.reach)
        return plain(self, request, *args, **kwargs)

    page.dispatch, page.rule = dispatch, told
    return page


def ask(user: Any, wanted: tuple[str, ...], *, reach: Reach = "unit") -> None:
    """Let pass who holds one of the permissions, anywhere or in every unit as the rule says. Raises Refused.

    In which unit is asked by the service, which knows the row.
    """
    keys = [each for each in wanted if each in permissions()]
    if len(keys) < len(wanted):
        return
    scope = scope_of(user)
    if any(scope.covers_all(key) if reach == "all" else scope.allows(key) for key in keys):
        return
    if reach == "all":
        held = next((key for key in keys if scope.allows(key)), keys[0])
        require_everywhere(cast(User, user), held)
    require(cast(User, user), keys[0])


_by_name: dict[str, Rule] = {}


def declare(told: Rule, *url_names: str) -> None:
    """Declare the rule of addresses whose views are not ours to mark."""
    for name in url_names:
        _by_name[name] = told


def rule_of(url_name: str, view: Any) -> Rule | None:
    """Return the rule declared for an address: on the view, by its name, or as the permission of its class."""
    found = getattr(view, "rule", None) or _by_name.get(url_name)
    if found is not None:
        return cast(Rule, found)
    page = getattr(view, "view_class", None)
    found = getattr(page, "rule", None)
    permission = getattr(page, "permission", "")
    return found or (Rule((permission,), (permission,)) if permission else None)

"""Walks every address of the house with something in the place of each argument."""

import re
from collections.abc import Iterator
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver

FILLED = {"uuid": lambda: str(uuid4()), "int": lambda: "1"}


def patterns(where: list[URLPattern | URLResolver] | None = None, front: str = "/") -> Iterator[tuple[URLPattern, str]]:
    """Yield each pattern with its filled path."""
    for each in get_resolver().url_patterns if where is None else where:
        path = front + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, path)
        else:
            yield each, filled(path)


def addresses() -> Iterator[tuple[str, str]]:
    """Yield the name and a filled path of every address."""
    for each, path in patterns():
        if each.name:
            yield each.name, path


def filled(path: str) -> str:
    plain = re.sub(r"\(\?P<\w+>[^)]*\)", "x", path.replace("^", "").replace("$", ""))
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: FILLED.get(found[1] or "", lambda: "x")(), plain)

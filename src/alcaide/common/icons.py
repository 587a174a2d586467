"""Outline icons as inline SVG, from the vendored files; decoration only, so every one is hidden from screen readers."""

import logging
import os
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).resolve().parent.parent / "static/vendor/tabler-icons"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
BACKDROP = re.compile(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')

log = logging.getLogger(__name__)


class NoSuchIcon(LookupError):
    """No icon of this name is vendored."""


def icon(name: str, extra: str = "") -> SafeString:
    """Return the icon as inline SVG with class `icon` and any extra classes.

    Raises NoSuchIcon where DEBUG is on and under tests; elsewhere a wrong name costs a log line, not the page.
    """
    try:
        shapes = _shapes(name)
    except NoSuchIcon:
        if _is_strict():
            raise
        log.exception("drawn without its icon")
        shapes = ""
    classes = escape(f"icon {extra}".strip())
    return mark_safe(  # noqa: S308  the shapes come from vendored files, the classes are escaped
        f'<svg class="{classes}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{shapes}</svg>'
    )


@lru_cache(maxsize=512)
def _shapes(name: str) -> str:
    file = FOLDER / f"{name}.svg"
    if not NAME.fullmatch(name) or not file.is_file():
        raise NoSuchIcon(f"No icon '{name}'. Take it in with: python tools/vendor.py --icon {name}")
    inner = SHAPES.search(file.read_text(encoding="utf-8"))
    if inner is None:
        raise NoSuchIcon(f"{file.name} is not an SVG drawing.")
    return re.sub(r">\s+<", "><", BACKDROP.sub("", inner[1])).strip()


def _is_strict() -> bool:
    return settings.DEBUG or "PYTEST_VERSION" in os.environ

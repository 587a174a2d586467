"""Writes SVG elements: with classes for a themed page, with the light tokens' colours for a document."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

STYLE_SHEET = Path(__file__).resolve().parents[2] / "static/alcaide.css"
AREAS = ("digital", "physical", "people")

# What the style sheet says about each look, for drawings it does not reach; `$name` is a token of it.
LOOKS: Mapping[str, Mapping[str, str]] = {
    "grid": {"stroke": "$line-soft"},
    "axis": {"stroke": "$line"},
    "tick": {"fill": "$ink-3", "font-size": "11"},
    "note": {"fill": "$warn", "font-size": "11.5", "font-weight": "600"},
    "words": {"fill": "$ink-2", "font-size": "13"},
    "what": {"fill": "$ink", "font-size": "11.5", "font-weight": "600"},
    "beyond": {"fill": "$warn-tint"},
    "appetite": {"stroke": "$warn", "stroke-dasharray": "2 3"},
    "belief": {"fill": "$band", "fill-opacity": ".75"},
    "curve now": {"fill": "none", "stroke": "$ink", "stroke-width": "2.4", "stroke-linejoin": "round"},
    "curve last": {"fill": "none", "stroke": "$ink-3", "stroke-width": "1.4", "stroke-dasharray": "4 3"},
    "curve plan": {"fill": "none", "stroke": "$plan", "stroke-width": "2", "stroke-linejoin": "round"},
    "bed": {"fill": "$line-soft"},
    "measured": {"fill": "$accent"},
    "sector": {"fill": "$ink-3"},
    "judgement": {"fill": "$band"},
    "lane lead": {"fill": "$line-soft"},
    "lane window": {"fill": "$accent-tint"},
    "lane clash": {"fill": "$warn-tint"},
    "mark lead": {"fill": "$ink-3"},
    "mark window": {"fill": "$accent"},
    "mark clash": {"fill": "$warn"},
    "fill total": {"fill": "$ink-2"},
    "fill ours": {"fill": "$good"},
    "fill world": {"fill": "$accent"},
    "fill opinion": {"fill": "$ink-3"},
    "fill scope": {"fill": "$band", "stroke": "$edge"},
    "hatch": {"stroke": "$card", "stroke-width": "1.5"},
    "cut": {"stroke": "$card", "stroke-width": "3"},
    "join": {"stroke": "$edge"},
    "sum": {"fill": "$ink", "font-size": "12.5", "font-weight": "600"},
    "held": {"fill": "$ink", "font-size": "11"},
    "cell h0": {"fill": "$line-soft"},
    **{f"cell h{n}": {"fill": "$accent", "fill-opacity": f".{n}5"} for n in range(1, 5)},
    "box": {"fill": "$card", "stroke": "$edge"},
    "box event": {"fill": "$warn-tint", "stroke": "$warn"},
    "guard": {"fill": "$card", "stroke": "$ink-3", "stroke-dasharray": "4 3"},
    "guard stands": {"fill": "$good-tint", "stroke": "$good"},
    "link": {"fill": "none", "stroke": "$edge", "stroke-width": "1.4"},
    "beat": {"stroke": "$edge", "stroke-width": "2"},
    "today": {"stroke": "$warn", "stroke-dasharray": "3 3"},
    "count": {"fill": "$card", "font-size": "11", "font-weight": "600"},
}
FILLS = {"total": "$ink-2", "ours": "$good", "other": "$ink-3", "warn": "$warn"} | {area: f"${area}" for area in AREAS}


class NoToken(LookupError):
    """The style sheet's light theme has no such token."""


@lru_cache(maxsize=1)
def light_tokens() -> Mapping[str, str]:
    """Return the light theme's colour tokens by name, read from the style sheet, so that they stand in one place."""
    block = re.search(r":root,[^{]*\{([^}]*)\}", STYLE_SHEET.read_text(encoding="utf-8"))
    if block is None:
        raise NoToken(f"{STYLE_SHEET.name} has no `:root` block of tokens.")
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-fA-F]{3,8})", block[1]))


def token(name: str) -> str:
    """Return one colour token of the light theme. Raises NoToken."""
    try:
        return light_tokens()[name]
    except KeyError as fault:
        raise NoToken(f"{STYLE_SHEET.name} has no token --{name}.") from fault


@dataclass(frozen=True)
class Pen:
    """Draws for a themed page, or for a document where `kind` says what colour a fill takes."""

    themed: bool = True
    kind: str = ""

    def shape(self, tag: str, look: str = "", **attributes: object) -> str:
        """Write one closed element; underscores in attribute names become dashes."""
        return f"<{tag}{self._look(look)}{_attributes(attributes)}/>"

    def text(self, words: str, look: str = "tick", **attributes: object) -> str:
        """Write one line of text."""
        return f"<text{self._look(look)}{_attributes(attributes)}>{escape(words)}</text>"

    def drawing(
        self,
        size: tuple[float, float],
        parts: Iterable[str],
        *,
        css: str,
        label: str = "",
        about: str = "",
        role: str = "img",
        stretch: bool = False,
    ) -> SafeString:
        """Close the parts into one SVG; a label makes it an image with words, none makes it decoration.

        about: what a longer look would tell, for whoever cannot look.  role: `group` where parts of it are links.
        """
        width, height = size
        named = f' role="{role}" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
        title = f"<title>{escape(label)}</title>" if label else ""
        title += f"<desc>{escape(about)}</desc>" if label and about else ""
        fit = ' preserveAspectRatio="none"' if stretch else ""
        box = f"0 0 {number(width)} {number(height)}"
        dress = (
            f'class="{escape(css)}"'
            if self.themed
            else f'width="{number(width)}" height="{number(height)}" font-family="Inter"'
        )
        return mark_safe(  # noqa: S308  every text and attribute above is escaped
            f'<svg xmlns="http://www.w3.org/2000/svg" {dress} viewBox="{box}"{fit}{named}>{title}{"".join(parts)}</svg>'
        )

    def _look(self, look: str) -> str:
        if self.themed:
            return f' class="{escape(look)}"' if look else ""
        colours = {"fill": FILLS.get(self.kind, "$accent")} if look == "fill" else LOOKS.get(look, {})
        return "".join(f' {name}="{token(value[1:]) if value[0] == "$" else value}"' for name, value in colours.items())


def wrapped(words: str, letters: int) -> list[str]:
    """Break words into lines of so many letters at most; a longer word is cut with a hyphen, never lost.

    >>> wrapped("Goods stolen from a dock", 12)
    ['Goods stolen', 'from a dock']
    >>> wrapped("Incomprehensibilities", 12)
    ['Incomprehen-', 'sibilities']
    >>> wrapped("€100k–€300k", 8)
    ['€100k–', '€300k']
    """
    lines: list[str] = []
    for word in words.split():
        left = word
        if lines and len(lines[-1]) + 1 + len(left) <= letters:
            lines[-1] += f" {left}"
            continue
        while len(left) > letters:
            # A range is parted behind its dash; anything else gets a hyphen.
            dash = left.rfind("–", 0, letters) + 1
            cut = dash or letters - 1
            lines.append(left[:cut] if dash else f"{left[:cut]}-")
            left = left[cut:]
        lines.append(left)
    return lines or [""]


def number(value: float) -> str:
    """Write a coordinate with one decimal at most."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def path(points: Iterable[tuple[float, float]]) -> str:
    """Write points as the `d` of a path."""
    return "M" + "L".join(f"{number(x)},{number(y)}" for x, y in points)


def _attributes(attributes: Mapping[str, object]) -> str:
    return "".join(
        f' {name.replace("_", "-")}="{number(value) if isinstance(value, int | float) else escape(value)}"'
        for name, value in attributes.items()
    )

"""From a row of the library to the ranges of one unit: scaled by how many it has and how large it is, with the way."""

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .grounds import Published
from .library_rows import HEADS, ONE, LibraryEffect, LibraryMeasure, LibraryScenario
from .words import number


@dataclass(frozen=True)
class Begun:
    """A range as the library gives it, scaled, with what it rests on; empty ends where nothing can be filled in."""

    what: str
    low: str
    high: str
    basis: str
    source: str


@dataclass(frozen=True)
class Size:
    """How large somebody is by what a loss grows with, None where nobody knows, and how it is known."""

    own: float | None
    known_by: str = ""


def begun(item: LibraryScenario, count: float, size: Size, *, currency: str) -> list[Begun]:
    """Return the ranges of a scenario as they are filled in for so many of what it counts by, and for a size."""
    low, high = (plain(each * factor(item, count)) for each in item.frequency)
    often = rests_on(item.version, item.source, item.frequency_from)
    scaled = "" if item.per == ONE else f"; × {factor(item, count):g} × {item.per}"
    found = [Begun("frequency", low, high, item.basis, f"{often}{scaled}"), _loss(item, size, currency)]
    if item.harm:
        about = f"Library {item.version}: judgement, {item.year}"
        found.append(Begun("harm", plain(item.harm[0]), plain(item.harm[1]), "judgement", about))
    return found


def factor(item: LibraryScenario, count: float) -> float:
    """Return by what a frequency is multiplied for so many people, sites or vehicles."""
    return count / 1_000 if item.per == HEADS else 1.0 if item.per == ONE else count


def often_words(item: LibraryScenario, count: float) -> str:
    """Write how a frequency is scaled: 4 to 40 a year per 1,000 employees × 240 / 1,000 = 0.96 to 9.6 a year."""
    low, high = item.frequency
    if item.per == ONE:
        return _("%(low)s to %(high)s a year for an organization; nothing is scaled.") % {
            "low": plain(low), "high": plain(high),
        }  # fmt: skip
    how = f"{number(count)} / 1,000" if item.per == HEADS else number(count)
    return _("%(low)s to %(high)s a year per %(per)s × %(how)s = %(now_low)s to %(now_high)s a year.") % {
        "low": plain(low), "high": plain(high), "per": item.per, "how": how,
        "now_low": plain(low * factor(item, count)), "now_high": plain(high * factor(item, count)),
    }  # fmt: skip


def loss_words(item: LibraryScenario, size: Size) -> str:
    """Write how a loss is scaled: EUR 34,000 to 5,500,000 each time × (240 / 700 people)^0.5 = 0.59 = …"""
    low, high = (f"{each:,.0f}" for each in item.loss)
    said = {"currency": item.currency, "low": low, "high": high}
    if item.loss_grows is None:
        return _("%(currency)s %(low)s to %(high)s each time; nothing is scaled.") % said
    said |= {"at": f"{item.loss_grows.at:,.0f}", "counts": item.loss_grows.counts}
    if size.own is None:
        return (
            _(
                "%(currency)s %(low)s to %(high)s each time, said for %(at)s %(counts)s. Yours is not on file: "
                "type it, or the loss stands as it is."
            )
            % said
        )
    now = [f"{each:,.0f}" for each in _grown(item, size.own)]
    said |= {"how": item.loss_grows.words(size.own), "now_low": now[0], "now_high": now[1]}
    return _("%(currency)s %(low)s to %(high)s each time × %(how)s: %(currency)s %(now_low)s to %(now_high)s.") % said


def rests_on(version: str, source: str, found: Published | None) -> str:
    """Return what an estimate keeps as its source: the edition, the publication, and the way to the range."""
    return f"Library {version}: {source}" + (f"; {found.arithmetic}" if found else "")


def effect_rests_on(item: LibraryMeasure, effect: LibraryEffect) -> str:
    """Return what an effect keeps as its source."""
    return rests_on(item.version, effect.source, effect.left_from)


def middle(low: float, high: float) -> float:
    """Return the middle of a range as its ratio has it, with two digits; half the high end where it begins at zero."""
    return float(f"{math.sqrt(low * high) if low > 0 else high / 2:.2g}")


def plain(value: float) -> str:
    """Write a number with three digits, never with an exponent."""
    if value == 0:
        return "0"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _loss(item: LibraryScenario, size: Size, currency: str) -> Begun:
    """Return the loss; a sum that a rule of thumb has scaled counts as judgement, whatever it began from."""
    about = rests_on(item.version, item.loss_source, item.loss_from)
    basis, ends = item.loss_basis, list(item.loss)
    if item.loss_grows and size.own is not None:
        basis, ends = "judgement", _grown(item, size.own)
        about = f"{about}; × {item.loss_grows.words(size.own)}, judgement"
    filled = [f"{each:,.0f}" if currency == item.currency else "" for each in ends]
    return Begun("loss", filled[0], filled[1], basis, f"{about}; {item.currency} of {item.year}")


def _grown(item: LibraryScenario, own: float) -> list[float]:
    times = item.loss_grows.factor(own) if item.loss_grows else 1.0
    return [float(f"{each * times:.2g}") for each in item.loss]

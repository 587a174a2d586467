"""Taking many rows of a library at once: scaled for a unit as each alone would be, shown, and confirmed together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from alcaide.common.lists import Left, Listing, chosen_rows
from alcaide.common.lists.bulk import back_of, tell_left
from alcaide.common.money import parse_major
from alcaide.common.permissions import require
from alcaide.common.rights.doors import rule
from alcaide.controls.models import CHANGE
from alcaide.organization.models import Unit
from alcaide.organization.queries import the_organization
from alcaide.risk.forms import units_where
from alcaide.risk.library import library, plain
from alcaide.risk.library_rows import LibraryMeasure, LibraryScenario
from alcaide.risk.library_scale import Size, begun, middle, rests_on
from alcaide.risk.library_tables import LIBRARY_MEASURES, LIBRARY_SCENARIOS
from alcaide.risk.models import ESTIMATE
from alcaide.risk.queries.library import known_count, known_size, taken_before
from alcaide.risk.services.library import From, GivenRange, propose_from, take_scenario
from alcaide.risk.views_library import LONGEST_SOURCE, WORTH, tag_safe
from alcaide.risk.views_scenarios import Asking

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Offered:
    """One chosen row for a unit: what would be taken, in words, or why it must be taken alone."""

    item: LibraryScenario | LibraryMeasure
    parts: tuple[tuple[str, str], ...] = ()
    why: str = ""
    take: Callable[[], Any] | None = None


@rule(ESTIMATE)
@require_POST
def library_take_many(request: Asking) -> HttpResponse:
    """Take the chosen scenarios into the register of a unit, with their ranges scaled for it."""
    return _many(request, LIBRARY_SCENARIOS, permission=ESTIMATE)


@rule(CHANGE)
@require_POST
def library_propose_many(request: Asking) -> HttpResponse:
    """Propose the chosen measures in a unit, with their cost scaled for it; what they leave is said afterwards."""
    return _many(request, LIBRARY_MEASURES, permission=CHANGE)


def _many(request: Asking, listing: Listing, *, permission: str) -> HttpResponse:
    require(request.user, permission)
    keys = list(chosen_rows(request, listing).order_by("name").values_list("key", flat=True)[: MOST_AT_ONCE + 1])
    back = back_of(request, reverse(listing.name))
    units = list(units_where(request.user, permission).order_by("path"))
    if not keys or len(keys) > MOST_AT_ONCE or not units:
        messages.warning(request, _("Tick some rows, at most %(most)s at once.") % {"most": MOST_AT_ONCE})
        return redirect(back)
    asked = request.POST.get("unit", "")
    unit = next((each for each in units if str(each.uid) == asked), units[0])
    is_scenario = listing is LIBRARY_SCENARIOS
    offer = _scenario if is_scenario else _measure
    offered = [offer(request, key, unit) for key in keys]
    # What was confirmed is what was shown: another unit has other figures.
    is_sure = request.POST.get("sure") == str(unit.uid) and "look" not in request.POST
    if is_sure:
        return _taken(request, offered, back=back)
    about = {
        "offered": [each for each in offered if each.take], "alone": [each for each in offered if not each.take],
        "keys": keys, "unit": unit, "units": units, "back": back, "is_scenario": is_scenario,
        "is_unsure": "go" in request.POST,
    }  # fmt: skip
    return render(request, "risk/library_many.html", about, status=422 if about["is_unsure"] else 200)


def _taken(request: Asking, offered: list[Offered], *, back: str) -> HttpResponse:
    """Take each by its own service; what is refused is named."""
    done, left = 0, [Left(each.item.name, each.why) for each in offered if each.take is None]
    for each in offered:
        if each.take is None:
            continue
        try:
            each.take()
        except ValidationError as fault:
            left.append(Left(each.item.name, " ".join(fault.messages)))
        else:
            done += 1
    said = ngettext("%(n)s is taken. The next figures hold it.", "%(n)s are taken. The next figures hold them.", done)
    if done:
        messages.success(request, said % {"n": done})
    tell_left(request, left)
    return redirect(back)


def _scenario(request: Asking, key: str, unit: Unit) -> Offered:
    item, currency = library().scenarios[key], the_organization().currency
    count = known_count(item.per, unit, request.user)
    why = _alone(request, item, unit, count=count, kind="scenario")
    if why or count.own is None:
        return Offered(item, why=why)
    size, grows = Size(None), item.loss_grows
    if grows:
        size = known_size(grows.by, unit, request.user, currency=item.currency)
    ranges = begun(item, count.own, size, currency=currency)
    shown = tuple((each.what, f"{each.low}–{each.high}") for each in ranges)

    def take() -> Any:
        given = {}
        for each in ranges:
            low, high = (
                parse_major(end, currency) if each.what == "loss" else float(end) for end in (each.low, each.high)
            )
            source, worth = each.source[:LONGEST_SOURCE], WORTH[item.least_confidence]
            given[each.what] = GivenRange(low, high, each.basis, source, worth)
        row = From(item.key, item.version, plain(item))
        return take_scenario(request.user, row, unit=unit, name=item.name, ranges=given)

    return Offered(item, shown, take=take)


def _measure(request: Asking, key: str, unit: Unit) -> Offered:
    item, currency = library().measures[key], the_organization().currency
    count = known_count(item.per, unit, request.user)
    why = _alone(request, item, unit, count=count, kind="measure")
    if why or count.own is None:
        return Offered(item, why=why)
    number = count.own
    cost, hours = f"{middle(item.cash[0] * number, item.cash[1] * number):,.0f}", middle(*item.hours)
    about = f"{rests_on(item.version, item.cost_source, item.yearly_from)}, for {number:g} × {item.per}"

    def take() -> Any:
        made = propose_from(
            request.user, From(item.key, item.version, plain(item)), unit=unit, name=item.name, hours=hours,
            cost=(parse_major(cost, currency), about[:LONGEST_SOURCE]), effects=(),
        )  # fmt: skip
        tag_safe(request, item, unit, made)
        return made

    return Offered(item, (("cost", f"{currency} {cost}"), ("hours", f"{hours:g}")), take=take)


def _alone(request: Asking, item: LibraryScenario | LibraryMeasure, unit: Unit, *, count: Size, kind: str) -> str:
    """Say why a row cannot be taken with others; empty where it can."""
    if the_organization().currency != item.currency:
        return _("its sums stand in %(currency)s, so each must be typed") % {"currency": item.currency}
    if any(each.unit_id == unit.pk for each in taken_before(request.user, item.key, kind=kind)):
        return _("it began from it here already")
    if count.own is None:
        return _("it counts by “%(per)s”, and nobody knows how many there are") % {"per": item.per}
    return ""

"""Estimating: a 90 % range with its grounds, drawn while it is typed; what measures leave of a scenario."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from alcaide.common.money import Kind, Money, to_engine
from alcaide.common.permissions import require
from alcaide.common.rights.doors import rule
from alcaide.common.words import money, money_exactly
from alcaide.controls.models import Measure
from alcaide.engine.errors import EngineError
from alcaide.organization.queries import the_organization
from alcaide.risk import services
from alcaide.risk.drawing import bell
from alcaide.risk.forms import EffectForm, RangeForm, put_faults, typed_sum
from alcaide.risk.models import ESTIMATE, Effect, Estimate, Scenario
from alcaide.risk.pricing import Implied, derive, implied
from alcaide.risk.queries import ends_of, estimates_in_force, figures
from alcaide.risk.views_scenarios import Asking, visible
from alcaide.risk.words import a_year, number, per_cents

ABOVE_ZERO = lazy("Both ends must be above zero: even the rarest event has some chance.")
NEXT = {"frequency": "loss"}
WIDE = 100.0


@dataclass(frozen=True)
class Drawn:
    """What a range says while it is typed: its drawing, or why there is none yet."""

    words: str
    svg: SafeString | None = None
    median: str = ""
    mean: str = ""
    one_in_20: str = ""
    expected_now: str = ""
    expected_then: str = ""
    is_wide: bool = False


@rule(ESTIMATE)
def scenario_estimate(request: Asking, uid: UUID, what: str) -> HttpResponse:
    """Give a range; without script, “Draw it” shows what the range says before it is kept."""
    scenario, labels = _asked(request, uid, what)
    currency = the_organization().currency
    held = estimates_in_force([scenario.pk]).get(scenario.pk, {})
    form = RangeForm(
        request.POST or None, what=what, currency=currency, initial=_typed(held[what]) if what in held else {}
    )
    if request.method == "POST" and "draw" not in request.POST and form.is_valid():
        given = form.cleaned_data
        try:
            services.estimate(
                request.user, scenario, what=what, low=given["low"], high=given["high"], basis=given["basis"],
                observations=given["observations"], source=given["source"],
            )  # fmt: skip
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            return _kept(request, scenario, what, held)
    about = {
        "scenario": scenario,
        "what": what,
        "form": form,
        "labels": labels,
        "drawn": _drawn(request, scenario, what, _ends_typed(form)),
        "held": held.get(what),
    }
    return render(request, "risk/estimate.html", about)


@rule(ESTIMATE)
@require_safe
def estimate_drawing(request: Asking, uid: UUID, what: str) -> HttpResponse:
    """Draw what stands in the form now."""
    scenario, _labels = _asked(request, uid, what)
    return render(request, "risk/_drawn.html", {"drawn": _drawn(request, scenario, what, request.GET)})


@rule(ESTIMATE)
def effect_new(request: Asking) -> HttpResponse:
    """Say what a measure leaves of a scenario."""
    require(request.user, ESTIMATE)
    form = EffectForm(request.POST or None, user=request.user, initial=_preset(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.set_effect(
                request.user, measure=given["measure"], scenario=given["scenario"], left_low=given["left_low"],
                left_high=given["left_high"], basis=given["basis"], source=given["source"],
            )  # fmt: skip
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            messages.success(
                request,
                _("Kept: “%(measure)s” leaves %(left)s of “%(scenario)s”.")
                % {
                    "measure": given["measure"], "scenario": given["scenario"],
                    "left": per_cents(given["left_low"], given["left_high"]),
                },
            )  # fmt: skip
            return redirect(_back(request, given["measure"], given["scenario"]))
    return render(request, "risk/effect.html", {"form": form, "back": request.GET.get("from", "")})


@rule(ESTIMATE)
@require_POST
def effect_withdraw(request: Asking, uid: UUID) -> HttpResponse:
    """Say that a measure does not touch a scenario after all."""
    effect = get_object_or_404(Effect.objects.select_related("measure", "scenario"), uid=uid)
    scenario = visible(request, effect.scenario.uid)
    try:
        services.withdraw_effect(request.user, effect)
    except ValidationError as fault:
        messages.warning(request, fault.messages[0])
    else:
        messages.success(
            request,
            _("“%(measure)s” no longer touches “%(scenario)s”.") % {"measure": effect.measure, "scenario": scenario},
        )
    if request.POST.get("from") == "measure":
        return redirect("measure", uid=effect.measure.uid)
    return redirect("scenario", uid=scenario.uid)


def _asked(request: Asking, uid: UUID, what: str) -> tuple[Scenario, str]:
    scenario = visible(request, uid)
    require(request.user, ESTIMATE, unit_id=scenario.unit_id)
    words = {
        "frequency": _("How often does it happen?"),
        "loss": _("What does it cost each time?"),
        "through_flaw": _("How many attacks through a flaw lead to it?"),
        "harm": _("How many people does it harm each time?"),
    }.get(what)
    if words is None or scenario.retired_at is not None:
        raise Http404(_("There is nothing to estimate here."))
    return scenario, words


def _kept(request: Asking, scenario: Scenario, what: str, held: Mapping[str, Estimate]) -> HttpResponse:
    following = NEXT.get(what)
    if following and following not in held:
        messages.success(request, _("Kept. Say now what it costs each time."))
        return redirect("scenario-estimate", uid=scenario.uid, what=following)
    messages.success(request, _("Kept. The figures follow within a minute; the earlier range stays as history."))
    return redirect("scenario", uid=scenario.uid)


def _typed(held: Estimate) -> dict[str, Any]:
    """Return an estimate as a person would type it."""
    low, high = held.low or 0.0, held.high or 0.0
    known = {"basis": held.basis, "observations": f"{held.observations:g}", "source": ""}
    if held.what == "loss":
        low_sum, high_sum = ends_of(held)
        return {**known, "low": typed_sum(low_sum), "high": typed_sum(high_sum)}
    scale = 100 if held.what == "through_flaw" else 1
    return {**known, "low": f"{low * scale:.10g}", "high": f"{high * scale:.10g}"}


def _ends_typed(form: RangeForm) -> Mapping[str, str]:
    return {name: str(form[name].value() or "") for name in ("low", "high", "observations")}


def _drawn(request: Asking, scenario: Scenario, what: str, typed: Mapping[str, str] | QueryDict) -> Drawn:
    """Return what the typed range says; anything that cannot be read says what to type."""
    currency = the_organization().currency
    texts = {name: str(typed.get(name) or "") for name in ("low", "high", "observations")}
    if not (texts["low"].strip() and texts["high"].strip()):
        return Drawn(_("Type both ends and the range is drawn here."))
    form = RangeForm({**texts, "observations": texts["observations"] or "1"}, what=what, currency=currency)
    faults = [str(fault) for name in ("low", "high", "observations") for fault in form.errors.get(name, [])]
    if faults:
        return Drawn(faults[0])
    low, high, observations = (form.cleaned_data[name] for name in ("low", "high", "observations"))
    if what == "loss":
        low, high = (to_engine(Money(end, currency, Kind.EXPECTED)) for end in (low, high))
    if what == "harm" and high == 0:
        return Drawn(_("Nobody is harmed."))
    if what == "harm" and low >= 0:
        low = max(low, high / 1000)
    try:
        said = implied(low, high, observations=observations if what in {"loss", "harm"} else float("inf"))
    except EngineError:
        return Drawn(str(ABOVE_ZERO))
    if high <= 0:
        return Drawn(str(ABOVE_ZERO))
    return _said(request, scenario, what, said, ends=(low, high, observations))


def _said(request: Asking, scenario: Scenario, what: str, said: Implied, *, ends: tuple[float, float, float]) -> Drawn:
    write = _writer(what)
    now, then = _expected(request, scenario, what, ends)
    low, high, _observations = ends
    return Drawn(
        words=_("Exactly %(value)s each time.") % {"value": write(low)} if said.spread == 0 else "",
        svg=bell(low, high, said, write=write, tick=_ticker(what)) if said.spread else None,
        median=_and_often(what, said.median, write),
        mean=_and_often(what, said.mean, write),
        one_in_20=_and_often(what, said.one_in_20, write),
        expected_now=now,
        expected_then=then,
        is_wide=high / low > WIDE,
    )


def _writer(what: str) -> Callable[[float], str]:
    currency = the_organization().currency
    return {
        "loss": lambda value: money(value, currency),
        "frequency": lambda value: _("%(times)s a year") % {"times": number(value)},
        "through_flaw": lambda value: f"{number(100 * value)}\u00a0%",
        "harm": number,
    }[what]


def _and_often(what: str, value: float, write: Callable[[float], str]) -> str:
    """Write a value; a rate below one a year also as once in so many years."""
    is_rare = what == "frequency" and 0 < value < 1
    return f"{write(value)}, {a_year(value)}" if is_rare else write(value)


def _ticker(what: str) -> Callable[[float], str]:
    currency = the_organization().currency
    return {
        "loss": lambda value: money_exactly(value, currency),
        "through_flaw": lambda value: f"{number(100 * value)}\u00a0%",
    }.get(what, number)


def _expected(request: Asking, scenario: Scenario, what: str, ends: tuple[float, float, float]) -> tuple[str, str]:
    """Return the scenario's expected loss in the newest figures, and what it would be with this range."""
    shown = figures(request.user)
    rows = shown.inputs["scenarios"] if shown else []
    stored = next((row for row in rows if row["uid"] == str(scenario.uid)), None)
    if shown is None or stored is None or what == "harm":
        return "", ""
    low, high, observations = ends
    changed = {**stored, what: {"low": low, "high": high, "observations": observations}}
    try:
        sums = [derive(each).expected for each in (stored, changed)]
    except EngineError:
        return "", ""
    now, then = (money(shown.money(each).major, shown.run.currency) for each in sums)
    return now, then


def _preset(request: Asking) -> dict[str, Any]:
    """Return the measure and the scenario that the address names, where the user may see them."""
    found: dict[str, Any] = {}
    for name, rows in (
        ("measure", Measure.objects.visible_to(request.user)),
        ("scenario", Scenario.objects.visible_to(request.user)),
    ):
        try:
            uid = UUID(request.GET.get(name, ""))
        except ValueError:
            continue
        found[name] = rows.filter(uid=uid).first()
    return found


def _back(request: Asking, measure: Measure, scenario: Scenario) -> str:
    if request.GET.get("from") == "measure":
        return reverse("measure", args=[measure.uid])
    return reverse("scenario", args=[scenario.uid])

"""What is asked when something is taken from a library: every figure stands filled in, and is confirmed one by one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.common.forms import MoneyField
from alcaide.organization.models import Unit

from .forms import NumberField, PerCentField, RateField, units_where
from .library_rows import LibraryEffect
from .library_scale import Begun
from .models import Scenario

LABELS = {
    "frequency": lazy("How often a year"),
    "loss": lazy("Loss each time"),
    "harm": lazy("People harmed each time"),
}


class ScaleForm(forms.Form):
    """For which unit, how many of what the library counts by, and how large it is by what a loss grows with."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=lazy("For"), to_field_name="uid")
    count = forms.FloatField(label=lazy("How many"), min_value=0.001, required=False)
    size = forms.FloatField(label=lazy("How large"), min_value=0.001, required=False)
    shown_for = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *arguments: Any, user: Any, permission: str, counts: str = "", grows: str = "", **more: Any
    ) -> None:
        super().__init__(*arguments, **more)
        chosen: Any = self.fields
        if counts:
            chosen["count"].label = _("How many: %(counts)s") % {"counts": counts}
        if grows:
            chosen["size"].label = _("How large: %(counts)s") % {"counts": grows}
        chosen["unit"].queryset = units_where(user, permission)
        chosen["unit"].empty_label = None


class TakeForm(forms.Form):
    """Name and ranges of a scenario that begins from the library."""

    name = forms.CharField(label=lazy("What happens, in a few words"), max_length=200)
    observations = NumberField(
        label=lazy("Each range is worth how many observed events"),
        help_text=lazy("Few observations widen every figure. What nobody counted here is worth two or three."),
    )
    again = forms.BooleanField(label=lazy("It began from this row before; I mean it twice"), required=False)

    def __init__(self, *arguments: Any, begun: Sequence[Begun], currency: str, twice: bool, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.begun = {each.what: each for each in begun}
        for each in begun:
            for end, label in (("low", _("at least")), ("high", _("at most"))):
                self.fields[f"{each.what}_{end}"] = self._field(each, end, label, currency)
            self.fields[f"{each.what}_seen"] = forms.BooleanField(
                label=_("I looked at this range: it is what we believe"), required=each.what != "harm"
            )
        if not twice:
            del self.fields["again"]

    def _field(self, each: Begun, end: str, label: str, currency: str) -> forms.Field:
        words, about = f"{LABELS[each.what]}, {label}", {"required": each.what != "harm", "initial": getattr(each, end)}
        if each.what == "loss":
            return MoneyField(label=f"{words}, {currency}", currency=currency, least_minor=1, **about)
        kind = RateField if each.what == "frequency" else NumberField
        return kind(label=words, **about)

    def rows(self) -> list[tuple[Begun, Any, Any, Any]]:
        """Return for each range its fields: low, high, seen."""
        return [
            (each, self[f"{what}_low"], self[f"{what}_high"], self[f"{what}_seen"]) for what, each in self.begun.items()
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for what in self.begun:
            low, high = given.get(f"{what}_low"), given.get(f"{what}_high")
            if low is not None and high is not None and low > high:
                self.add_error(
                    f"{what}_low", _("The range runs backwards: this end is more than the other. Swap them.")
                )
            if given.get(f"{what}_seen") and (low is None or high is None) and what == "harm":
                self.add_error(f"{what}_low", _("Give both ends, or do not tick it."))
        return given

    def is_as_begun(self, what: str) -> bool:
        """Tell whether a range stands as the library filled it in."""
        each = self.begun[what]
        typed = [str(self.data.get(f"{what}_{end}", "")).replace(",", "").strip() for end in ("low", "high")]
        return typed == [each.low.replace(",", ""), each.high.replace(",", "")] and bool(each.low)


class ProposeForm(forms.Form):
    """Name, cost, hours and effects of a measure that begins from the library."""

    name = forms.CharField(label=lazy("What is done, in a few words"), max_length=200)
    hours = forms.FloatField(label=lazy("Hours of our own to put it in place"), min_value=0)
    cost_seen = forms.BooleanField(label=lazy("I looked at cost and hours: they are what we expect"))
    again = forms.BooleanField(label=lazy("It began from this row before; I mean it twice"), required=False)

    def __init__(
        self,
        *arguments: Any,
        effects: Sequence[LibraryEffect],
        scenarios: Any,
        fits: Mapping[str, Sequence[Scenario]],
        currency: str,
        twice: bool,
        **more: Any,
    ) -> None:
        super().__init__(*arguments, **more)
        self.effects = list(effects)
        self.fields["cost"] = MoneyField(
            label=_("Cash a year, in %(currency)s") % {"currency": currency}, currency=currency
        )
        for place, each in enumerate(self.effects):
            known: dict[str, forms.Field] = {
                "scenarios": forms.ModelMultipleChoiceField(
                    scenarios, label=_("Of which scenarios"), required=False, to_field_name="uid",
                    initial=[row.uid for row in fits.get(each.to, ())],
                    widget=forms.SelectMultiple(attrs={"size": 6}),
                ),
                "low": PerCentField(label=_("It leaves at least, per cent"), initial=f"{100 * each.left[0]:g}"),
                "high": PerCentField(label=_("and at most"), initial=f"{100 * each.left[1]:g}"),
                "seen": forms.BooleanField(label=_("I looked at this: it is what we believe"), required=False),
            }  # fmt: skip
            self.fields |= {f"effect{place}_{part}": field for part, field in known.items()}
        if not twice:
            del self.fields["again"]

    def rows(self) -> list[tuple[LibraryEffect, Any, Any, Any, Any]]:
        """Return for each effect its fields: scenarios, low, high, seen."""
        return [
            (
                each,
                self[f"effect{n}_scenarios"],
                self[f"effect{n}_low"],
                self[f"effect{n}_high"],
                self[f"effect{n}_seen"],
            )
            for n, each in enumerate(self.effects)
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        named: set[int] = set()
        for place in range(len(self.effects)):
            front = f"effect{place}_"
            here = {each.pk for each in given.get(f"{front}scenarios") or ()}
            if here & named:
                self.add_error(f"{front}scenarios", _("One of these is chosen above already; a pair has one effect."))
            named |= here
            chosen, seen = given.get(f"{front}scenarios"), given.get(f"{front}seen")
            if chosen and not seen:
                self.add_error(f"{front}seen", _("Tick it when you have looked at the range, or choose no scenario."))
            low, high = given.get(f"{front}low"), given.get(f"{front}high")
            if low is not None and high is not None and not 0 < low <= high <= 1:
                self.add_error(f"{front}low", _("Above 0 and at most 100, the lower figure first."))
        return given

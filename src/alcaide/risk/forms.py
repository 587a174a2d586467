"""What scenarios, ranges, effects and the budget need, with plain messages beside each field."""

import math
import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.assets.models import Asset
from alcaide.common.forms import MoneyField
from alcaide.common.money import Money, minor_digits
from alcaide.common.permissions import scope_of
from alcaide.common.wording import gentle
from alcaide.controls.models import Measure
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import units

from .models import BASES, ESTIMATE, Scenario
from .queries import scenarios

# Digits in threes between commas, or no comma at all: `1,5` would otherwise be read as fifteen.
GROUPED = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d*)(\.\d*)?")
LONGEST_NUMBER = 40


def typed_number(text: str) -> str:
    """Return what was typed without its separators. Raises ValidationError where a comma may mean two things."""
    bare = re.sub(r"[\s\u00a0\u202f_]", "", text)
    if not GROUPED.fullmatch(bare):
        raise ValidationError(
            _("“%(text)s” is not a number. Write 1.5 with a point; a comma only parts thousands.") % {"text": text}
        )
    return bare.replace(",", "")


class NumberField(forms.CharField):
    """A plain number as a person types it."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=LONGEST_NUMBER, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return None if text in self.empty_values else self.read(text)

    def read(self, text: str) -> float | int:
        """Return the number. Raises ValidationError with what to type."""
        try:
            found = float(Decimal(typed_number(text)))
        except InvalidOperation as fault:
            raise ValidationError(_("“%(text)s” is not a number.") % {"text": text}) from fault
        if not math.isfinite(found):
            raise ValidationError(_("“%(text)s” is too large to be a number here.") % {"text": text})
        return found


class RateField(NumberField):
    """Events a year; `1/12` is once in twelve years."""

    def read(self, text: str) -> float:
        part, stroke, whole = text.partition("/")
        if not stroke:
            return float(super().read(text))
        try:
            return float(Fraction(Decimal(typed_number(part))) / Fraction(Decimal(typed_number(whole))))
        except (InvalidOperation, ZeroDivisionError, OverflowError) as fault:
            raise ValidationError(
                _("“%(text)s” is not a rate. Write 0.08, or 1/12 for once in twelve years.") % {"text": text}
            ) from fault


class PerCentField(NumberField):
    """A share, typed in per cent and kept as 0..1."""

    def read(self, text: str) -> float:
        return float(super().read(text.strip().removesuffix("%"))) / 100


class ScenarioForm(forms.ModelForm):
    """What a scenario tells, of which area and unit, and whose it is."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Scenario
        fields = ("name", "story", "area", "unit", "owner")
        labels = {
            "name": lazy("What happens, in a few words"),
            "story": lazy("How it happens, and what it does"),
            "unit": lazy("Which part of the organization it hits"),
            "owner": lazy("Who answers for it"),
        }
        help_texts = {"name": lazy("For example “Ransomware stops a plant”.")}
        widgets = {"story": forms.Textarea(attrs={"rows": 4}), "area": forms.RadioSelect}

    def __init__(self, *arguments: Any, user: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        chosen: Any = self.fields
        chosen["unit"].queryset = units_where(user, ESTIMATE)
        chosen["owner"].queryset = Person.objects.visible_to(user).order_by("name")
        chosen["area"].choices = Scenario.AREAS
        chosen["unit"].empty_label, chosen["owner"].empty_label = _("choose one"), _("nobody yet")
        if self.instance.pk is not None:
            chosen["version"].initial = self.instance.version


class RangeForm(forms.Form):
    """A 90 % range with its basis, its worth in observations and its source."""

    basis = forms.ChoiceField(
        label=lazy("The range rests on"),
        choices=[
            ("measured", lazy("measured: our own log, count or ledger")),
            ("sector", lazy("sector: published figures of organizations like ours")),
            ("judgement", lazy("judgement: what people who know say")),
        ],
        widget=forms.RadioSelect,
    )
    observations = NumberField(
        label=lazy("Worth how many observed events"),
        help_text=lazy("Few observations widen the range of every figure. A guess is worth two or three."),
    )
    source = forms.CharField(
        label=lazy("Source"), max_length=300, help_text=lazy("A report, a log, or who judged, and when.")
    )

    def __init__(self, *arguments: Any, what: str, currency: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.what = what
        self.fields["low"], self.fields["high"] = _ends(what, currency)
        self.order_fields(["low", "high", "basis", "observations", "source"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        low, high = given.get("low"), given.get("high")
        if low is not None and high is not None and low > high:
            self.add_error("low", _("The range runs backwards: this end is more than the other. Swap the two."))
        return given


class EffectForm(forms.Form):
    """What a measure leaves of how often a scenario happens."""

    measure = forms.ModelChoiceField(Measure.objects.none(), label=lazy("Measure"))
    scenario = forms.ModelChoiceField(Scenario.objects.none(), label=lazy("Scenario"))
    left_low = PerCentField(
        label=lazy("It leaves at least"), help_text=lazy("Per cent of the events: 30 means that 70 in 100 are avoided.")
    )
    left_high = PerCentField(label=lazy("and at most"), help_text=lazy("Per cent; 100 means it may do nothing."))
    basis = forms.ChoiceField(label=lazy("The range rests on"), choices=BASES, widget=forms.RadioSelect)
    source = forms.CharField(label=lazy("Source"), max_length=300)

    def __init__(self, *arguments: Any, user: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        chosen: Any = self.fields
        chosen["measure"].queryset = Measure.objects.visible_to(user).exclude(state="dropped").order_by("name")
        mine = scenarios(user).filter(unit__in=units_where(user, ESTIMATE))
        chosen["scenario"].queryset = mine.order_by("name")
        chosen["measure"].empty_label = chosen["scenario"].empty_label = _("choose one")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        low, high = given.get("left_low"), given.get("left_high")
        if low is not None and low <= 0:
            self.add_error("left_low", _("Nothing stops every event: leave at least a little, such as 1."))
        elif low is not None and high is not None and low > high:
            self.add_error("left_low", _("The range runs backwards: this end is more than the other. Swap the two."))
        if high is not None and high > 1:
            self.add_error("left_high", _("At most 100: a measure does not make events more frequent."))
        return given


class ReachForm(forms.Form):
    """Whether open flaws lead to a scenario, and on which assets."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    through_flaws = forms.BooleanField(
        label=lazy("Open flaws on assets in reach make this scenario more frequent"), required=False
    )
    reach_unit = forms.ModelChoiceField(
        Unit.objects.none(), label=lazy("Every host of"), required=False, empty_label=lazy("no unit as a whole"),
        help_text=lazy("With everything below it; hosts that scans add later count by themselves."),
    )  # fmt: skip
    assets = forms.ModelMultipleChoiceField(Asset.objects.none(), required=False, to_field_name="uid")

    def __init__(self, *arguments: Any, user: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        chosen: Any = self.fields
        chosen["reach_unit"].queryset = units(user)
        chosen["assets"].queryset = Asset.objects.filter(retired_at__isnull=True).visible_to(user)
        chosen["assets"].error_messages["invalid_choice"] = _("One of these assets is gone. Load the page again.")


class TolerateForm(forms.Form):
    """Until when a risk is tolerated, and why."""

    until = forms.DateField(
        label=lazy("Tolerated until"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=lazy("A year at most. On that day it is looked at again."),
    )  # fmt: skip
    reason = forms.CharField(
        label=lazy("Why it is tolerated for now"), max_length=2_000, widget=forms.Textarea(attrs=gentle({"rows": 4})),
        help_text=lazy("What was weighed, and what would change it. Facts; opinions on law belong to counsel."),
    )  # fmt: skip


class DecideForm(forms.Form):
    """What somebody says who decides on a tolerance, or ends it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=lazy("In a sentence or two"), max_length=2_000, required=False,
        widget=forms.Textarea(attrs=gentle({"rows": 3})),
    )  # fmt: skip
    emergency = forms.CharField(required=False, max_length=2_000)
    """Why it cannot wait for a second person; sent by a form of its own."""


class BudgetForm(forms.Form):
    """The cash a year that a plan may spend."""

    def __init__(self, *arguments: Any, currency: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["sum"] = MoneyField(least_minor=None, 
            label=_("Cash a year for new measures, in %(currency)s") % {"currency": currency},
            currency=currency,
        )  # fmt: skip

    def clean_sum(self) -> int:
        minor: int = self.cleaned_data["sum"]
        if minor < 0:
            raise ValidationError(_("A budget is a sum of nothing or more."))
        return minor


def units_where(user: Any, permission: str) -> Any:
    """Return the units in which the user holds a permission."""
    return Unit.objects.filter(pk__in=scope_of(user).units_for(permission))


def typed_sum(amount: Money) -> str:
    """Return a sum as a person would type it: 250,000, or 250,000.50 where there are cents."""
    is_whole = amount.major == int(amount.major)
    return f"{amount.major:,.{0 if is_whole else minor_digits(amount.currency)}f}"


def put_faults(form: forms.BaseForm, fault: ValidationError, *, otherwise: str | None = None) -> None:
    """Put what a service refused beside the field it speaks of; what has no field there stands above the form."""
    if not hasattr(fault, "error_dict"):
        form.add_error(otherwise, fault)
        return
    for name, faults in fault.error_dict.items():
        form.add_error(name if name in form.fields else otherwise, faults)


def _ends(what: str, currency: str) -> tuple[forms.CharField, forms.CharField]:
    if what == "loss":
        low = MoneyField(
            least_minor=None, label=_("It costs at least, in %(currency)s") % {"currency": currency}, currency=currency
        )
        high = MoneyField(
            least_minor=None, label=_("and at most"), currency=currency, help_text=_("Each time. 25k and 1.2M work.")
        )
        return low, high
    if what == "through_flaw":
        return (
            PerCentField(label=_("At least, per cent")),
            PerCentField(
                label=_("and at most"),
                help_text=_("Of attacks through a flaw, how many lead to this. 2 is 2 %."),
            ),
        )
    if what == "harm":
        return (
            NumberField(label=_("At least, people")),
            NumberField(label=_("and at most"), help_text=_("Harmed each time it happens. 0.1 is one in ten times.")),
        )
    return (
        RateField(label=_("It happens at least, times a year")),
        RateField(label=_("and at most"), help_text=_("1/12 is once in twelve years.")),
    )

"""What a measure and its rules need, with plain messages beside each field."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.common.forms import MoneyField
from alcaide.common.permissions import scope_of
from alcaide.organization.models import Person, Unit

from .models import CHANGE, Measure, MeasureLink

# Digits in threes between commas, or no comma at all: `1,5` would otherwise be read as fifteen.
GROUPED = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d*)(\.\d*)?[kKmM]?")


class SumField(MoneyField):
    """A sum of our currency in minor units; a comma that may mean two things is refused."""

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        # As in Django's own fields of numbers: typed as text, a number afterwards.
        typed = re.sub(r"[\s\u00a0\u202f]", "", str(value or ""))
        if not GROUPED.fullmatch(typed):
            raise ValidationError(
                _("“%(text)s” is not a sum. Write 1.5M with a point; a comma only parts thousands.") % {"text": value}
            )
        return super().to_python(typed)


class MeasureForm(forms.ModelForm):
    """What a measure is, what it costs a year, whose it is and by when it stands."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Measure
        fields = ("name", "what", "area", "unit", "owner", "cost_source", "mandatory", "mandatory_why", "due_on")
        labels = {
            "name": lazy("What is done, in a few words"),
            "what": lazy("How it works"),
            "unit": lazy("For which part of the organization"),
            "owner": lazy("Who puts it in place"),
            "cost_source": lazy("Where the cost comes from"),
            "mandatory": lazy("A law, a contract or a decision asks for it, so every plan holds it"),
            "mandatory_why": lazy("Which one"),
            "due_on": lazy("Stands by"),
        }
        help_texts = {
            "name": lazy("For example “Same-day off-boarding”."),
            "cost_source": lazy("An offer, an invoice, hours counted."),
        }
        widgets = {
            "what": forms.Textarea(attrs={"rows": 3}),
            "area": forms.RadioSelect,
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    field_order = ("name", "what", "area", "unit", "owner", "cost", "cost_source", "effort", "due_on")

    def __init__(self, *arguments: Any, user: Any, currency: str, **more: Any) -> None:
        held: Measure | None = more.get("instance")
        known = {"cost": held.cost_minor, "effort": held.effort_hours} if held else {"effort": 0}
        more["initial"] = {**known, **(more.get("initial") or {})}
        super().__init__(*arguments, **more)
        chosen: Any = self.fields
        chosen["cost"] = SumField(
            label=_("Cash a year, in %(currency)s") % {"currency": currency}, currency=currency,
            help_text=_("Running cost plus the purchase spread over its years. 25k and 1.2M work."),
        )  # fmt: skip
        chosen["effort"] = forms.FloatField(label=_("Hours of our own to put it in place"), min_value=0)
        chosen["unit"].queryset = Unit.objects.filter(pk__in=scope_of(user).units_for(CHANGE))
        chosen["owner"].queryset = Person.objects.visible_to(user).order_by("name")
        chosen["area"].choices = Measure.AREAS
        chosen["unit"].empty_label, chosen["owner"].empty_label = _("choose one"), _("nobody yet")
        self.order_fields(self.field_order)
        if held is not None:
            chosen["version"].initial = held.version

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("mandatory") and not (given.get("mandatory_why") or "").strip():
            self.add_error("mandatory_why", _("Say which law, contract or decision asks for it."))
        return given

    def values(self) -> dict[str, Any]:
        """Return what the services take, the cost in minor units."""
        given = self.cleaned_data
        own = {name: given[name] for name in self.Meta.fields}
        return {**own, "cost_minor": given["cost"], "effort_hours": given["effort"]}


class LinkForm(forms.Form):
    """A rule between this measure and another."""

    kind = forms.ChoiceField(label=lazy("This measure"), choices=MeasureLink.KINDS)
    other = forms.ModelChoiceField(Measure.objects.none(), label=lazy("the measure"))

    def __init__(self, *arguments: Any, user: Any, measure: Measure, **more: Any) -> None:
        super().__init__(*arguments, **more)
        rows = Measure.objects.visible_to(user).exclude(pk=measure.pk).exclude(state="dropped")
        chosen: Any = self.fields
        chosen["other"].queryset = rows.order_by("name")
        chosen["other"].empty_label = _("choose one")


def put_faults(form: forms.BaseForm, fault: ValidationError, **renamed: str) -> None:
    """Put what a service refused beside the field it speaks of; what has no field there stands above the form."""
    if not hasattr(fault, "error_dict"):
        form.add_error(None, fault)
        return
    for name, faults in fault.error_dict.items():
        shown = renamed.get(name, name)
        form.add_error(shown if shown in form.fields else None, faults)

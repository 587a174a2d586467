"""What a measure and its rules need, with plain messages beside each field."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.common.forms import MoneyField
from alcaide.common.permissions import scope_of
from alcaide.organization.models import Person, Unit

from .models import CHANGE, Measure, MeasureLink, MeasureTest


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
        chosen["cost"] = MoneyField(
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


class ShareField(forms.FloatField):
    """A share, typed in per cent and kept as 0..1."""

    def __init__(self, **more: Any) -> None:
        super().__init__(min_value=0, max_value=100, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(str(value or "").strip().removesuffix("%"))
        return None if text is None else text / 100


class TestForm(forms.Form):
    """One test of a measure: what was tried, what came out, how much of the effect is still there."""

    what = forms.CharField(
        label=lazy("What was tested"), max_length=200, help_text=lazy("For example “Restored last week's backup”.")
    )
    result = forms.ChoiceField(label=lazy("It"), choices=MeasureTest.RESULTS, widget=forms.RadioSelect)
    found = forms.CharField(
        label=lazy("What was found"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy("Needed unless it works."),
    )  # fmt: skip
    held_low = ShareField(
        label=lazy("Of what it does, at least so much still holds"), required=False,
        help_text=lazy("Per cent, your judgement. Only where it does not wholly work; 0 is nothing."),
    )  # fmt: skip
    held_high = ShareField(label=lazy("and at most"), required=False, help_text=lazy("Per cent."))
    tested_on = forms.DateField(label=lazy("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    by_whom = forms.CharField(label=lazy("By whom"), max_length=200)
    how = forms.CharField(
        label=lazy("How"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=lazy("So that somebody else could do it again."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, who: str, **more: Any) -> None:
        more["initial"] = {"tested_on": timezone.localdate(), "by_whom": who, **(more.get("initial") or {})}
        super().__init__(*arguments, **more)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("result") in {"partly", "fails"}:
            for name in ("held_low", "held_high"):
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Say how much still holds; the figures count with it."))
        return given


class CadenceForm(forms.Form):
    """How often a measure is tested, and what counts while a test is overdue."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    every_days = forms.IntegerField(
        label=lazy("Tested every, in days"), required=False, min_value=1, max_value=3_653,
        help_text=lazy("90 is once a quarter. Leave it empty where it is not tested by a calendar."),
    )  # fmt: skip
    overdue_low = ShareField(
        label=lazy("While a test is overdue, at least so much of its effect counts"), required=False,
        help_text=lazy("Per cent, your judgement: what nobody looks at decays."),
    )  # fmt: skip
    overdue_high = ShareField(label=lazy("and at most"), required=False, help_text=lazy("Per cent."))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("every_days"):
            for name in ("overdue_low", "overdue_high"):
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Say how much still counts; 100 says that a missed test changes nothing."))
        return given


class TaskForm(forms.Form):
    """A piece of the work on a measure."""

    what = forms.CharField(label=lazy("What is to be done"), max_length=200)
    owner = forms.ModelChoiceField(
        Person.objects.none(), label=lazy("Who"), required=False, empty_label=lazy("nobody yet")
    )
    due_on = forms.DateField(label=lazy("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *arguments: Any, user: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        chosen: Any = self.fields
        chosen["owner"].queryset = Person.objects.visible_to(user).filter(left_on__isnull=True).order_by("name")


def put_faults(form: forms.BaseForm, fault: ValidationError, **renamed: str) -> None:
    """Put what a service refused beside the field it speaks of; what has no field there stands above the form."""
    if not hasattr(fault, "error_dict"):
        form.add_error(None, fault)
        return
    for name, faults in fault.error_dict.items():
        shown = renamed.get(name, name)
        form.add_error(shown if shown in form.fields else None, faults)

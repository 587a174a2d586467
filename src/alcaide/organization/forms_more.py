"""What facts, rates, qualifications, absences and liaisons require, with plain messages."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from alcaide.common.forms import RowForm, UploadField
from alcaide.common.models import User
from alcaide.common.money import Money, parse_major

from .forms import DayInput, PersonText, UnitChoice, units_where
from .models import CHANGE, Absence, Fact, Liaison, Unit
from .queries import FactKind, Known
from .quoting import equation
from .services.rates import ODD

MONTHS = [
    (1, _("January")), (2, _("February")), (3, _("March")), (4, _("April")), (5, _("May")), (6, _("June")),
    (7, _("July")), (8, _("August")), (9, _("September")), (10, _("October")), (11, _("November")),
    (12, _("December")),
]  # fmt: skip
PAPER_CAP_BYTES = 20 * 1024 * 1024
YES_NO = [("", _("Not known yet")), ("yes", _("Yes")), ("no", _("No"))]
MONEY_PARTS = 3


class RateForm(RowForm):
    """How many of a currency one of ours bought on a day."""

    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("Three letters, such as USD."))
    on = forms.DateField(label=_("Day"), widget=DayInput)
    per_ours = forms.CharField(label=_("One of ours buys"), max_length=30)
    source = forms.CharField(label=_("From where"), max_length=200, help_text=_("Such as ECB reference rates."))
    sure = forms.CharField(required=False, widget=forms.CheckboxInput)

    def __init__(self, *arguments: Any, ours: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.ours = ours
        field = self.fields["per_ours"]
        field.label = _("1 %(ours)s = how many of that currency?") % {"ours": ours}
        field.help_text = _("If 1 %(ours)s = 1.0842 USD, type 1.0842, not what 1 USD is in %(ours)s.") % {"ours": ours}
        field.widget.attrs["data-rate"] = ours
        self._sure = self.fields.pop("sure")

    @property
    def values(self) -> dict[str, Any]:
        """What was typed; `sure` where the box beside the very number that is sent was ticked."""
        typed = self.data.get("per_ours", "").strip()
        return {**super().values, "sure": bool(typed) and self.data.get("sure") == typed}

    def take(self, fault: ValidationError) -> None:
        """Show what a service refused; beside a rate that looks mistyped stands the box that says it is right."""
        super().take(fault)
        if self.has_error("per_ours", ODD):
            typed, currency = self.data["per_ours"].strip(), self.cleaned_data["currency"].strip().upper()
            self._sure.label = _("Yes, it is right: %(said)s") % {"said": equation(self.ours, typed, currency)}
            self._sure.widget.attrs["value"] = typed
            self.fields["sure"] = self._sure

    def clean_per_ours(self) -> Decimal:
        typed = self.cleaned_data["per_ours"].strip()
        if "," in typed:
            raise forms.ValidationError(_("Write decimals with a point and no sign between thousands, as 1.0842."))
        try:
            return Decimal(typed)
        except InvalidOperation as fault:
            raise forms.ValidationError(_("Write a number, such as 1.0842.")) from fault


class CountingForm(RowForm):
    """How the organization counts years, and how old a rate may be."""

    first_month = forms.TypedChoiceField(label=_("The fiscal year begins in"), choices=MONTHS, coerce=int)
    rate_days = forms.IntegerField(
        label=_("A rate counts for so many days"), min_value=1, max_value=366,
        help_text=_("An older one is not used: figures stop and say which is missing."),
    )  # fmt: skip


class FactForm(RowForm):
    """One answer: what, from when, how known, from where."""

    value = forms.CharField(label=_("Answer"), required=False, help_text=_("Left empty, it is not known."))
    from_on = forms.DateField(label=_("Holds from"), required=False, widget=DayInput, help_text=_("Empty is today."))
    until_on = forms.DateField(
        label=_("Holds until"), required=False, widget=DayInput, help_text=_("After this day it is unknown again.")
    )
    basis = forms.ChoiceField(label=_("How it is known"), choices=[("", "---------"), *Fact.BASES])
    source = forms.CharField(label=_("From where"), max_length=400)
    opened = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, known: Known, currency: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.known, self.currency = known, currency
        self.initial.update({"value": typed_of(known), "basis": known.basis, "source": known.source})
        self.initial["opened"] = known.row.pk if known.row else None
        kind = known.kind
        if kind.type == "yes_no":
            self.fields["value"] = forms.ChoiceField(label=_("Answer"), choices=YES_NO, required=False)
        else:
            self.fields["value"].help_text = how_typed(kind, currency)
        self.order_fields(["value"])

    def clean_value(self) -> Any:
        typed = str(self.cleaned_data["value"]).strip()
        if not typed:
            return None
        try:
            return read_value(self.known.kind, typed, currency=self.currency)
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault


def how_typed(kind: FactKind, currency: str) -> Any:  # noqa: PLR0911  one return per type is the clearest table
    """Return how an answer of a kind is typed."""
    match kind.type:
        case "money":
            return _("Sum, currency and year: 2.5M %(currency)s 2025.") % {"currency": currency}
        case "range":
            return _("The least and the most: 40000-42000.")
        case "countries":
            return _("Separated by commas: ES, PT, US-CA.")
        case "codes" if kind.options:
            return _("Some of these, separated by commas: %(options)s.") % {"options": ", ".join(kind.options)}
        case "codes":
            return _("Separated by commas.")
        case "number":
            return _("A whole number.")
    return _("A sentence or two. Left empty, it is not known.")


def typed_of(known: Known) -> str:
    """Return an answer as it is typed."""
    value = known.value
    match known.kind.type if known.is_known else "":
        case "":
            return ""
        case "yes_no":
            return "yes" if value else "no"
        case "range":
            return f"{value['low']}-{value['high']}"
        case "money":
            return f"{Money(value['minor'], value['currency']).major:,f} {value['currency']} {value['year']}"
        case "codes" | "countries":
            return ", ".join(value)
    return str(value)


def read_value(kind: FactKind, typed: str, *, currency: str) -> Any:  # noqa: PLR0911  one return per type, as above
    """Return what was typed as a kind keeps it. Raises ValueError that says how to type it."""
    match kind.type:
        case "yes_no":
            return typed == "yes"
        case "number":
            return _whole(typed)
        case "range":
            low, dash, high = typed.replace("–", "-").partition("-")
            return {"low": _whole(low), "high": _whole(high if dash else low)}
        case "codes":
            return typed.split(",")
        case "countries":
            return typed.upper().split(",")
        case "money":
            parts = typed.rsplit(maxsplit=2)
            if len(parts) != MONEY_PARTS or not parts[2].isdecimal():
                raise ValueError(str(how_typed(kind, currency)))
            code = parts[1].upper()
            return {"minor": parse_major(parts[0], code), "currency": code, "year": int(parts[2])}
    return typed


def _whole(typed: str) -> int:
    bare = typed.strip().replace(",", "").replace(" ", "")
    if not bare.isascii() or not bare.isdecimal():
        raise ValueError(_("“%(text)s” is not a whole number.") % {"text": typed.strip()})
    return int(bare)


class QualificationForm(RowForm):
    """A licence, training or certificate, with its paper."""

    kind = forms.CharField(label=_("What"), max_length=120, help_text=_("Such as: guard licence, first aid."))
    number = forms.CharField(label=_("Number"), max_length=80, required=False)
    issuer = forms.CharField(label=_("Issued by"), max_length=200, required=False)
    from_on = forms.DateField(label=_("From"), widget=DayInput)
    until_on = forms.DateField(label=_("Until"), required=False, widget=DayInput, help_text=_("The last day."))
    file = UploadField(cap_bytes=PAPER_CAP_BYTES, label=_("Paper"), required=False)


class AbsenceForm(RowForm):
    """When somebody is away; the kind is enough, no medical reason is asked or kept."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", "---------"), *Absence.KINDS], help_text=_("No medical reason is kept.")
    )
    from_on = forms.DateField(label=_("First day"), widget=DayInput)
    from_noon = forms.BooleanField(label=_("Only from noon of the first day"), required=False)
    until_on = forms.DateField(label=_("Last day"), widget=DayInput)
    until_noon = forms.BooleanField(label=_("Only until noon of the last day"), required=False)


class LiaisonForm(RowForm):
    """Whom a unit turns to for a topic."""

    unit = UnitChoice(Unit.objects.none(), label=_("Unit"), to_field_name="uid")
    topic = forms.CharField(label=_("For what"), max_length=120, help_text=_("Such as: access, data protection."))
    person = PersonText(label=_("Who"), required=True)
    deputy = PersonText(label=_("Deputy"))
    from_on = forms.DateField(label=_("From"), required=False, widget=DayInput, help_text=_("Empty is today."))
    until_on = forms.DateField(label=_("Until"), required=False, widget=DayInput)

    def __init__(self, *arguments: Any, user: User, row: Liaison | None = None, **more: Any) -> None:
        super().__init__(*arguments, row=row, **more)
        fields: Any = self.fields
        fields["unit"].queryset = units_where(user, CHANGE)
        fields["person"].user = fields["deputy"].user = user
        if row is not None:
            del fields["unit"], fields["topic"], fields["from_on"]

"""What units, people, roles and the appetite need, with plain messages."""

import re
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from alcaide.common.forms import MoneyField, RowForm
from alcaide.common.models import User
from alcaide.common.permissions import ROLES, scope_of

from .models import CHANGE, GRANT, SET_APPETITE, Grant, Person, Unit
from .queries import custom_roles, unit_words

JURISDICTION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


class UnitChoice(forms.ModelChoiceField):
    """A unit, by a name that tells it from others of the same name."""

    def label_from_instance(self, obj: Any) -> str:
        return unit_words(obj)


class DayInput(forms.DateInput):
    """A day as browsers ask for it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PersonText(forms.CharField):
    """Somebody by HR number, e-mail address or whole name, among the people that `user` sees."""

    user: Any = None

    def __init__(self, *, required: bool = False, **more: Any) -> None:
        more.setdefault("help_text", _("HR number, e-mail address or whole name."))
        super().__init__(required=required, max_length=254, **more)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            value = Person.objects.filter(pk=value).first()
        return (value.hr_number or value.email or value.name) if isinstance(value, Person) else value

    def clean(self, value: Any) -> Person | None:
        typed = super().clean(value).strip()
        if not typed:
            return None
        known = Person.objects.visible_to(self.user)
        hits = list(known.filter(Q(hr_number=typed.upper()) | Q(email=typed.lower()))[:2]) or list(
            known.filter(name__iexact=typed)[:2]
        )
        if len(hits) != 1:
            many = _("Several are called so; write the HR number or the address.")
            raise forms.ValidationError(many if hits else _("Nobody here has this number, address or name."))
        return hits[0]


class UnitForm(RowForm):
    """A unit's name, kind, country, and what it stands below."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", "---------"), *Unit.KINDS])
    parent = UnitChoice(Unit.objects.none(), label=_("Stands below"), to_field_name="uid")
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two letters, for example ES or PT.")
    )
    from_on = forms.DateField(label=_("Began"), required=False, widget=DayInput)
    until_on = forms.DateField(
        label=_("Ends"),
        required=False,
        widget=DayInput,
        help_text=_("The last day. Its history stays; roles end, and nothing new stands in it."),
    )
    legal_name = forms.CharField(
        label=_("Legal entity"), max_length=200, required=False, help_text=_("As it is registered, where it is one.")
    )
    registration = forms.CharField(label=_("Registration number"), max_length=80, required=False)
    jurisdiction = forms.CharField(
        label=_("Jurisdiction"), max_length=6, required=False, help_text=_("ES, or with its part: US-DE.")
    )
    share_held = forms.FloatField(
        label=_("Share held, in %"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("100 where it is all yours."),
    )

    def __init__(self, *arguments: Any, user: User, row: Unit | None = None, **more: Any) -> None:
        super().__init__(*arguments, row=row, **more)
        if row is not None and row.share_held is not None:
            self.initial["share_held"] = round(row.share_held * 100, 6)
        if row is not None and row.parent_id is None:
            del self.fields["parent"], self.fields["until_on"]
            return
        allowed = units_where(user, CHANGE)
        if row is not None:
            # The unit above may be one that the user cannot change; it is kept, not chosen anew.
            allowed = (allowed | Unit.objects.filter(pk=row.parent_id or 0)).exclude(path__startswith=row.path)
        choice: Any = self.fields["parent"]
        choice.queryset = allowed

    def clean_country(self) -> str:
        country = self.cleaned_data["country"].strip().upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise forms.ValidationError(_("Two letters, for example ES or PT."))
        return str(country)

    def clean_jurisdiction(self) -> str:
        place = str(self.cleaned_data["jurisdiction"].strip().upper())
        if place and not JURISDICTION.fullmatch(place):
            raise forms.ValidationError(_("Two letters, for example ES, or with its part, for example US-DE."))
        return place

    def clean_share_held(self) -> float | None:
        share = self.cleaned_data["share_held"]
        return None if share is None else share / 100


class PersonForm(RowForm):
    """A person's name, title, address, unit and dates; the day of leaving is asked only of who is here."""

    name = forms.CharField(label=_("Name"), max_length=200)
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, required=False, help_text=_("Needed only for signing in.")
    )
    unit = UnitChoice(Unit.objects.none(), label=_("Unit"), to_field_name="uid")
    hr_number = forms.CharField(
        label=_("HR number"), max_length=40, required=False, help_text=_("What the personnel system knows them by.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Person.KINDS, required=False)
    manager = PersonText(label=_("Reports to"))
    place = forms.CharField(label=_("Place of work"), max_length=200, required=False)
    joined_on = forms.DateField(label=_("Joined"), required=False, widget=DayInput)
    left_on = forms.DateField(
        label=_("Leaves"), required=False, widget=DayInput, help_text=_("The last day of work here.")
    )

    def __init__(self, *arguments: Any, user: User, row: Person | None = None, **more: Any) -> None:
        super().__init__(*arguments, row=row, **more)
        fields: Any = self.fields
        fields["unit"].queryset = units_where(user, CHANGE)
        fields["manager"].user = user
        if row is None:
            del self.fields["left_on"]

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or "employee"


class GrantForm(RowForm):
    """Who gets which role where, and perhaps until when."""

    email = forms.EmailField(label=_("E-mail of who gets it"), max_length=254)
    role = forms.ChoiceField(label=_("Role"))
    unit = UnitChoice(Unit.objects.none(), label=_("Where, with everything below"), to_field_name="uid")
    from_on = forms.DateField(
        label=_("From"), required=False, widget=DayInput, help_text=_("The first day. Left empty, it begins today.")
    )
    until_on = forms.DateField(
        label=_("Until"), required=False, widget=DayInput, help_text=_("The last day. Left empty, it has no end.")
    )

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        role: Any = self.fields["role"]
        own = custom_roles().values_list("key", "label")
        role.choices = [("", "---------"), *((role.key, role.label) for role in ROLES.values()), *own]
        unit: Any = self.fields["unit"]
        unit.queryset = units_where(user, GRANT)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "email" in given:
            found = User.objects.filter(email=given.pop("email").lower()).first()
            if found is None:
                self.add_error("email", _("Nobody signs in with this address. Make a sign-in link for them first."))
            given["user"] = found
        return given


class RenewForm(RowForm):
    """Until when a role is held."""

    until_on = forms.DateField(
        label=_("Until"), required=False, widget=DayInput, help_text=_("The last day. Left empty, it has no end.")
    )

    def __init__(self, *arguments: Any, held: Grant) -> None:
        super().__init__(*arguments, initial={"until_on": held.until_on})


class AppetiteForm(RowForm):
    """The sum that a year may pass, and how often at most."""

    unit = UnitChoice(Unit.objects.none(), label=_("Unit"), to_field_name="uid")
    limit = MoneyField(label=_("A year may cost more than"), least_minor=1, help_text=_("For example 2.5M or 250k."))
    one_in = forms.FloatField(
        label=_("at most one year in"), min_value=2, max_value=10_000, help_text=_("20 is a chance of 5 % a year.")
    )
    note = forms.CharField(
        label=_("Who decided it, and when"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *arguments: Any, user: User, currency: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        fields: Any = self.fields
        fields["limit"].currency = currency
        fields["unit"].queryset = units_where(user, SET_APPETITE)


def units_where(user: User, permission: str) -> QuerySet[Unit]:
    """Return the units in which the user holds a permission."""
    return Unit.objects.filter(pk__in=scope_of(user).units_for(permission)).select_related("parent")

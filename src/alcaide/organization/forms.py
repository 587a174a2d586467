"""What units, people, grants and the appetite need, with plain messages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alcaide.common.models import User
from alcaide.common.money import parse_major
from alcaide.common.permissions import ROLES, scope_of

from .models import CHANGE, GRANT, SET_APPETITE, Person, Unit


def units_where(user: User, permission: str) -> Any:
    """Return the units in which the user holds a permission."""
    return Unit.objects.filter(pk__in=scope_of(user).units_for(permission))


class UnitForm(forms.ModelForm):
    """A unit's name, kind and country; its parent is chosen only when it is made."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Unit
        fields = ("name", "kind", "country")
        labels = {"country": _("Country (two letters)")}

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if self.instance.pk is None:
            self.fields["parent"] = forms.ModelChoiceField(units_where(user, CHANGE), label=_("Below"))
        else:
            self.fields["version"].initial = self.instance.version

    def clean_country(self) -> str:
        country = self.cleaned_data["country"].strip().upper()
        if country and (len(country) != 2 or not country.isalpha()):
            raise forms.ValidationError(_("Two letters, for example ES or PT."))
        return country


class PersonForm(forms.ModelForm):
    """A person's name, address, title, unit and dates."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Person
        fields = ("name", "email", "title", "unit", "joined_on", "left_on")
        widgets = {
            "joined_on": forms.DateInput(attrs={"type": "date"}),
            "left_on": forms.DateInput(attrs={"type": "date"}),
        }

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        unit: Any = self.fields["unit"]
        unit.queryset = units_where(user, CHANGE)
        if self.instance.pk is not None:
            self.fields["version"].initial = self.instance.version


class GrantForm(forms.Form):
    """Who gets which role where, and perhaps until when."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Who"))
    role = forms.ChoiceField(label=_("Role"))
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Where, with everything below"))
    until_on = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        who: Any = self.fields["user"]
        who.queryset = User.objects.filter(is_active=True).exclude(pk=user.pk).order_by("name")
        role: Any = self.fields["role"]
        role.choices = [(role.key, role.label) for role in ROLES.values()]
        unit: Any = self.fields["unit"]
        unit.queryset = units_where(user, GRANT)


class AppetiteForm(forms.Form):
    """The sum that a year may pass, and how often at most."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"))
    limit = forms.CharField(label=_("A year may cost more than"), help_text=_("For example 2.5M or 250k."))
    one_in = forms.FloatField(
        label=_("at most one year in"), min_value=2, max_value=10_000, help_text=_("20 is a chance of 5 % a year.")
    )
    note = forms.CharField(
        label=_("Who decided it, and when"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *arguments: Any, user: User, currency: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.currency = currency
        unit: Any = self.fields["unit"]
        unit.queryset = units_where(user, SET_APPETITE)

    def clean_limit(self) -> int:
        try:
            minor = parse_major(self.cleaned_data["limit"], self.currency)
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault
        if minor <= 0:
            raise forms.ValidationError(_("The appetite is a sum above nothing."))
        return minor

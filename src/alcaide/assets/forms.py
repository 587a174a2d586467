"""What assets, their worth and their needs require, with plain messages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alcaide.common.models import User
from alcaide.common.money import parse_major
from alcaide.common.permissions import scope_of
from alcaide.organization.models import Unit

from .models import CHANGE, Asset, AssetValue, Place
from .queries import assets, places

IDENTIFIER_KINDS = [
    ("fqdn", _("Full name on the network")),
    ("hostname", _("Short name")),
    ("ipv4", _("IPv4 address")),
    ("ipv6", _("IPv6 address")),
    ("mac", _("MAC address")),
    ("serial", _("Serial number")),
]


class AssetForm(forms.ModelForm):
    """What an asset is, whose it is, where it stands and from where it can be reached."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Asset
        fields = ("name", "kind", "unit", "place", "owner", "reached_from", "note")
        labels = {"reached_from": _("Can be reached")}
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        chosen: Any = self.fields
        chosen["unit"].queryset = Unit.objects.filter(pk__in=scope_of(user).units_for(CHANGE))
        chosen["place"].queryset = places(user)
        chosen["owner"].queryset = chosen["owner"].queryset.visible_to(user).select_related("unit").order_by("name")
        if self.instance.pk is not None:
            self.fields["version"].initial = self.instance.version


class ValueForm(forms.Form):
    """What one harm to an asset would cost, as a 90 % range."""

    aspect = forms.ChoiceField(label=_("Harm"), choices=AssetValue.ASPECTS)
    low = forms.CharField(label=_("From"), help_text=_("Nine times in ten it costs at least this. 25k and 1.2M work."))
    high = forms.CharField(label=_("To"), help_text=_("Nine times in ten it costs at most this."))
    basis = forms.ChoiceField(label=_("Rests on"), choices=AssetValue.BASES, widget=forms.RadioSelect)
    source = forms.CharField(label=_("Source"), max_length=300)

    def __init__(self, *arguments: Any, currency: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.currency = currency

    def clean_low(self) -> int:
        return self._sum("low")

    def clean_high(self) -> int:
        return self._sum("high")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        low, high = given.get("low"), given.get("high")
        if low is not None and high is not None and low > high:
            self.add_error("low", _("The range runs backwards: swap the two sums."))
        return given

    def _sum(self, name: str) -> int:
        try:
            minor = parse_major(self.cleaned_data[name], self.currency)
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault
        if minor < 0:
            raise forms.ValidationError(_("A worth is nothing or more."))
        return minor


class IdentifierForm(forms.Form):
    """A name by which scanners know the asset."""

    kind = forms.ChoiceField(label=_("Kind"), choices=IDENTIFIER_KINDS)
    value = forms.CharField(label=_("Name or address"), max_length=300)
    zone = forms.CharField(label=_("Network zone"), max_length=60, required=False)


class NeedForm(forms.Form):
    """Another asset that this one needs."""

    needs = forms.ModelChoiceField(Asset.objects.none(), label=_("Needs"))
    why = forms.CharField(label=_("What for"), max_length=200, required=False)

    def __init__(self, *arguments: Any, user: User, asset: Asset, **more: Any) -> None:
        super().__init__(*arguments, **more)
        needs: Any = self.fields["needs"]
        needs.queryset = assets(user).exclude(pk=asset.pk).order_by("name")


class PlaceForm(forms.ModelForm):
    """A place and what it stands in."""

    class Meta:
        model = Place
        fields = ("name", "kind", "unit", "parent", "address")
        labels = {"parent": _("Stands in")}

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        chosen: Any = self.fields
        chosen["unit"].queryset = Unit.objects.filter(pk__in=scope_of(user).units_for(CHANGE))
        chosen["parent"].queryset = places(user)

"""What assets, their worth, their needs and places require, with plain messages."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alcaide.common.forms import MoneyField, RowForm
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.picking import NamedRow
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import people, person_words, unit_words, works_here

from .models import CHANGE, Asset, AssetValue, HeldClass, Place
from .queries import KINDS_TYPED, asset_words, assets, places


def place_words(place: Place) -> str:
    """Return a place's name with the place that it stands in."""
    return f"{place.name}, {place.parent.name}" if place.parent else place.name


class UnitChoice(forms.ModelChoiceField):
    """A unit in which the user may change assets, by a name that tells it from others of the same name."""

    def label_from_instance(self, obj: Any) -> str:
        return unit_words(obj)

    def offer(self, user: User) -> None:
        """Say among which units may be chosen."""
        self.queryset = Unit.objects.filter(pk__in=scope_of(user).units_for(CHANGE)).select_related("parent")


class PlaceChoice(forms.ModelChoiceField):
    """A place, with the one that it stands in."""

    def label_from_instance(self, obj: Any) -> str:
        return place_words(obj)


class AssetForm(RowForm):
    """What an asset is, whose it is, where it stands and from where it can be reached."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", "---------"), *Asset.KINDS])
    unit = UnitChoice(Unit.objects.none(), label=_("Unit"), to_field_name="uid")
    place = PlaceChoice(Place.objects.none(), label=_("Stands in"), to_field_name="uid", required=False)
    owner = NamedRow(
        subject_kind=Person.SUBJECT, label_of=person_words, label=_("Owner"), required=False,
        help_text=_("Who answers for it. Type a name."),
    )  # fmt: skip
    custodian = NamedRow(
        subject_kind=Person.SUBJECT, label_of=person_words, label=_("Looked after by"), required=False,
        help_text=_("Who keeps it day by day, where that is not the owner."),
    )  # fmt: skip
    reached_from = forms.ChoiceField(label=_("Can be reached"), choices=Asset.REACHES, initial="unknown")
    reached_basis = forms.ChoiceField(
        label=_("How that is known"), choices=[("", _("Nobody has said")), *Asset.REACH_BASES], required=False
    )
    reached_why = forms.CharField(label=_("By what"), max_length=200, required=False)
    is_place = PlaceChoice(
        Place.objects.none(), label=_("Is the place"), to_field_name="uid", required=False,
        help_text=_("For a building: what stands in that place needs it."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *arguments: Any, user: User, row: Asset | None = None, **more: Any) -> None:
        super().__init__(*arguments, row=row, **more)
        fields: Any = self.fields
        fields["unit"].offer(user)
        # What stands there stays to be chosen, though the user may not see it or it has left.
        fields["place"].queryset = places(user) | Place.objects.filter(pk=(row and row.place_id) or 0)
        fields["is_place"].queryset = places(user) | Place.objects.filter(pk=(row and row.is_place_id) or 0)
        for name in ("owner", "custodian"):
            stands = Person.objects.filter(pk=getattr(row, f"{name}_id", None) or 0)
            fields[name].offer((people(user).filter(works_here()) | stands).order_by("name", "id"))


class ValueForm(RowForm):
    """What one harm to an asset would cost, as a 90 % range."""

    SERVICE_NAMES = {"low_minor": "low", "high_minor": "high"}

    aspect = forms.ChoiceField(label=_("Harm"), choices=AssetValue.ASPECTS)
    low = MoneyField(label=_("From"), help_text=_("Nine times in ten it costs at least this. 25k and 1.2M work."))
    high = MoneyField(label=_("To"), help_text=_("Nine times in ten it costs at most this."))
    people_low = forms.IntegerField(
        label=_("People hurt, from"), min_value=0, required=False,
        help_text=_("Only for harm to people. They are counted apart from money."),
    )  # fmt: skip
    people_high = forms.IntegerField(label=_("People hurt, to"), min_value=0, required=False)
    basis = forms.ChoiceField(label=_("Rests on"), choices=AssetValue.BASES, widget=forms.RadioSelect)
    source = forms.CharField(label=_("Source"), max_length=300)

    def __init__(self, *arguments: Any, currency: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        fields: Any = self.fields
        fields["low"].currency = fields["high"].currency = currency

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        low, high = given.get("low"), given.get("high")
        if low is not None and high is not None and low > high:
            self.add_error("low", _("The range runs backwards: swap the two sums."))
        few, many = given.get("people_low"), given.get("people_high")
        given["hurt"] = None if few is None or many is None else (few, many)
        if (few is None) != (many is None):
            self.add_error("people_low" if few is None else "people_high", _("Say both ends of the range."))
        return given


class IdentifierForm(RowForm):
    """A name by which scanners know the asset."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS_TYPED.items()))
    value = forms.CharField(label=_("Name or address"), max_length=300)
    zone = forms.CharField(
        label=_("Network zone"), max_length=60, required=False,
        help_text=_("For short names and addresses: the zone given to its scans. Empty: everywhere."),
    )  # fmt: skip


class MergeForm(RowForm):
    """The asset that another one is, and by what that is known."""

    into = NamedRow(
        subject_kind=Asset.SUBJECT, label_of=asset_words, label=_("It is the same as"),
        help_text=_("This one stays; everything on the other moves to it."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Because"), max_length=300, help_text=_("By what you know that they are one."))

    def __init__(self, *arguments: Any, user: User, asset: Asset, **more: Any) -> None:
        super().__init__(*arguments, **more)
        into: Any = self.fields["into"]
        may_change = assets(user).filter(unit__in=scope_of(user).units_for(CHANGE))
        into.offer(may_change.exclude(pk=asset.pk).order_by("name", "id"))


class ManyForm(RowForm):
    """What is to be set on many assets at once; what is left empty stays as it is."""

    owner = NamedRow(subject_kind=Person.SUBJECT, label_of=person_words, label=_("Owner"), required=False)
    custodian = NamedRow(subject_kind=Person.SUBJECT, label_of=person_words, label=_("Looked after by"), required=False)
    unit = UnitChoice(Unit.objects.none(), label=_("Unit"), to_field_name="uid", required=False)
    place = PlaceChoice(Place.objects.none(), label=_("Stands in"), to_field_name="uid", required=False)
    reached_from = forms.ChoiceField(
        label=_("Can be reached"), choices=[("", _("As it is")), *Asset.REACHES], required=False
    )
    reached_basis = forms.ChoiceField(
        label=_("How that is known"), choices=[("", _("As it is")), *Asset.REACH_BASES], required=False
    )
    use = forms.ChoiceField(
        label=_("Use"), required=False,
        choices=[("", _("As it is")), ("retire", _("Take out of use")), ("back", _("Bring back into use"))],
    )  # fmt: skip

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        fields: Any = self.fields
        fields["unit"].offer(user)
        fields["place"].queryset = places(user)
        for name in ("unit", "place"):
            fields[name].empty_label = _("As it is")
        for name in ("owner", "custodian"):
            fields[name].offer(people(user).filter(works_here()).order_by("name", "id"))

    @property
    def set_to(self) -> dict[str, Any]:
        """What is to be set."""
        found = {name: value for name, value in self.values.items() if value and name != "use"}
        use = self.values.get("use")
        return {**found, **({"retired_at": timezone.now() if use == "retire" else None} if use else {})}


class ClassForm(RowForm):
    """What information a data set holds, and about how many people."""

    data_class = forms.ChoiceField(label=_("Information about"), choices=HeldClass.CLASSES)
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("Two letters, such as ES. Empty: all countries.")
    )
    people = forms.IntegerField(
        label=_("People"), min_value=0, required=False, help_text=_("How many. Empty: nobody has counted.")
    )
    counted_on = forms.DateField(label=_("Counted on"), widget=forms.DateInput(attrs={"type": "date"}))
    basis = forms.ChoiceField(label=_("Rests on"), choices=AssetValue.BASES, widget=forms.RadioSelect)
    source = forms.CharField(label=_("Source"), max_length=300, required=False)


class ManyClassForm(RowForm):
    """A class of information that many data sets hold, or hold no more."""

    act = forms.ChoiceField(
        label=_("These data sets"), choices=[("hold", _("hold it")), ("no_more", _("hold it no more"))],
        widget=forms.RadioSelect, initial="hold",
    )  # fmt: skip
    data_class = forms.ChoiceField(label=_("Information about"), choices=[("", "---------"), *HeldClass.CLASSES])
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False,
        help_text=_("Two letters, such as ES. Empty: all countries, or not told apart."),
    )  # fmt: skip
    basis = forms.ChoiceField(label=_("Rests on"), choices=AssetValue.BASES, initial="judgement")
    source = forms.CharField(label=_("Source"), max_length=300, required=False)


class NeedForm(RowForm):
    """Another asset that this one needs."""

    needs = NamedRow(
        subject_kind=Asset.SUBJECT, label_of=asset_words, label=_("Needs"),
        help_text=_("Type the name of an asset."),
    )  # fmt: skip
    why = forms.CharField(label=_("What for"), max_length=200, required=False)

    def __init__(self, *arguments: Any, user: User, asset: Asset, **more: Any) -> None:
        super().__init__(*arguments, **more)
        needs: Any = self.fields["needs"]
        needs.offer(assets(user).exclude(pk=asset.pk).order_by("name", "id"))


class PlaceForm(RowForm):
    """A place and what it stands in."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", "---------"), *Place.KINDS])
    unit = UnitChoice(Unit.objects.none(), label=_("Unit"), to_field_name="uid")
    parent = PlaceChoice(Place.objects.none(), label=_("Stands in"), to_field_name="uid", required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)

    def __init__(self, *arguments: Any, user: User, row: Place | None = None, **more: Any) -> None:
        super().__init__(*arguments, row=row, **more)
        fields: Any = self.fields
        fields["unit"].offer(user)
        above = places(user) | Place.objects.filter(pk=(row and row.parent_id) or 0)
        fields["parent"].queryset = above.exclude(path__startswith=row.path) if row else above

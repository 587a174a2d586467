"""What is typed of a hold, and how it is checked before a service sees it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common.forms import RowForm
from alcaide.common.models import Hold, User
from alcaide.common.picking import NamedRow, names_of
from alcaide.common.purging.held import unit_names

from .queries import kinds

PERSON = "organization.person"
DAY = {"type": "date"}


class HoldForm(RowForm):
    """A hold as counsel writes it."""

    matter = forms.CharField(label=gettext_lazy("Matter"), max_length=200,
                             help_text=gettext_lazy("Only who may see holds reads this."))  # fmt: skip
    ground = forms.ChoiceField(label=gettext_lazy("Ground"), choices=Hold.Ground.choices)
    ground_text = forms.CharField(label=gettext_lazy("The ground in words"), max_length=400)
    notice = forms.CharField(
        label=gettext_lazy("Notice to the custodians"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("What they must keep, and whom to ask. They read exactly this."),
    )  # fmt: skip
    from_on = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs=DAY))
    until_on = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs=DAY),
        help_text=gettext_lazy("Left empty, it holds what is still to come."),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of record"), required=False, widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=gettext_lazy("None chosen: all kinds. Several are chosen with Ctrl or ⌘."),
    )  # fmt: skip
    remind_days = forms.IntegerField(label=gettext_lazy("Remind after days"), min_value=1, max_value=90, initial=7)

    def __init__(self, typed: Any = None, **more: Any) -> None:
        super().__init__(typed, **more)
        chosen: Any = self.fields["kinds"]
        chosen.choices = kinds()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("from_on"), given.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", _("The last day stands before the first."))
        return given


class CustodianForm(RowForm):
    """One person who must keep what they have."""

    person = NamedRow(subject_kind=PERSON, label_of=str, label=gettext_lazy("Person"))

    def __init__(self, typed: Any = None, *, user: User, **more: Any) -> None:
        super().__init__(typed, **more)
        named: Any = self.fields["person"]
        source = names_of(PERSON)
        if source is not None:
            named.label_of = source.label_of
            named.offer(source.rows(user))


class TargetForm(RowForm):
    """One unit or record whose records a hold catches."""

    unit = forms.ChoiceField(label=gettext_lazy("Unit, and everything below it"), required=False)
    record = forms.CharField(
        label=gettext_lazy("Or a record"), required=False, max_length=120,
        help_text=gettext_lazy("Its subject, as its history names it. From a record's own page this is filled in."),
    )  # fmt: skip

    def __init__(self, typed: Any = None, **more: Any) -> None:
        super().__init__(typed, **more)
        units: Any = self.fields["unit"]
        units.choices = [("", "–"), *unit_names()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("unit")) == bool(given.get("record")):
            raise forms.ValidationError(_("Name a unit or a record, one of the two."))
        return given

    @property
    def subject(self) -> str:
        """What was named, as a subject."""
        return str(self.cleaned_data["unit"] or self.cleaned_data["record"].strip())


class PutForm(RowForm):
    """Which hold a record is put under."""

    hold = forms.ModelChoiceField(label=gettext_lazy("Hold"), queryset=Hold.objects.none())

    def __init__(self, typed: Any = None, **more: Any) -> None:
        super().__init__(typed, **more)
        offered: Any = self.fields["hold"]
        offered.queryset = Hold.objects.filter(state__in=[Hold.State.DRAFT, *Hold.HOLDING])
        offered.label_from_instance = lambda hold: f"{hold.number}: {hold.matter}"


class WhyForm(RowForm):
    """Why something is asked, declined or stopped."""

    why = forms.CharField(label=gettext_lazy("Why"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class PaperForm(RowForm):
    """How a person answered otherwise than on their own page."""

    words = forms.CharField(label=gettext_lazy("How they answered, and where the paper is"), max_length=400)


class ExportForm(RowForm):
    """To whom what is held is handed out."""

    to_whom = forms.CharField(label=gettext_lazy("For whom"), max_length=200)

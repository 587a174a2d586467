"""What acting on findings and deciding about them requires, with plain messages."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alcaide.common.forms import Versioned
from alcaide.common.models import User
from alcaide.common.picking import NamedRow
from alcaide.common.wording import gentle
from alcaide.exposure.limits import LONGEST_DAYS
from alcaide.exposure.models import Action, Decision, FlawFacts, LimitTable
from alcaide.organization.models import Person
from alcaide.organization.queries import people, person_words

LONG = {"rows": 3}


class _Owned(forms.Form):
    """A form that names a person."""

    owner = NamedRow(
        subject_kind=Person.SUBJECT, label_of=person_words, label=_("Owner"), help_text=_("Type a name."),
        error_messages={"required": _("Say who does it.")},
    )  # fmt: skip

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        owner: Any = self.fields["owner"]
        owner.offer(people(user).filter(left_on__isnull=True).order_by("name", "pk"))


class AssignForm(_Owned):
    """Who does the chosen actions."""


class PromiseForm(forms.Form):
    """By which day the chosen actions are promised."""

    on = forms.DateField(
        label=_("Promised by"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Name a day."), "invalid": _("Write the day as 2026-12-31.")},
    )  # fmt: skip


class AskForm(_Owned):
    """What an exception is asked for, by whom it is answered for, until when, and why."""

    kind = forms.ChoiceField(label=_("What to ask for"), choices=Decision.KINDS, widget=forms.RadioSelect)
    until = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Not needed for a false positive. At most a year ahead."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why"), widget=forms.Textarea(attrs=gentle(LONG)),
        error_messages={"required": _("Say why: whoever decides has nothing else to go by.")},
    )  # fmt: skip
    evidence = forms.CharField(
        label=_("Evidence"), required=False, widget=forms.Textarea(attrs=gentle(LONG)),
        help_text=_("What shows it, such as a test and its date. A false positive needs it."),
    )  # fmt: skip
    field_order = ("kind", "until", "owner", "reason", "evidence")

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, user=user, **more)
        self.fields["kind"].initial = "exception"
        self.fields["owner"].required = False
        self.fields["owner"].label = _("Who answers for it")
        self.fields["until"].widget.attrs["min"] = timezone.localdate().isoformat()


class HoursForm(Versioned):
    """How long an action takes, and on what grounds."""

    hours = forms.FloatField(label=_("Hours"), min_value=0.05, max_value=10_000)
    basis = forms.ChoiceField(label=_("On what grounds"), choices=Action.BASES[1:])
    why = forms.CharField(label=_("In words"), max_length=300)


class TableForm(forms.Form):
    """Which table sets limits, and the rows of an own one."""

    kind = forms.ChoiceField(label=_("Limits come from"), choices=LimitTable.KINDS, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Why it changes"), max_length=300)
    opened = forms.IntegerField(widget=forms.HiddenInput)


class RowForm(forms.Form):
    """One row of an own table; one without days is left out."""

    CHOICES = [("any", _("any")), ("yes", _("yes")), ("no", _("no"))]
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=[
            ("any", _("any")), ("critical", _("Critical")), ("high", _("High")), ("medium", _("Medium")),
            ("low", _("Low")),
        ],
    )  # fmt: skip
    exploited = forms.ChoiceField(label=_("Known exploited"), choices=CHOICES)
    exposed = forms.ChoiceField(label=_("Reached from the internet"), choices=CHOICES)
    days = forms.IntegerField(label=_("Days"), min_value=0, max_value=LONGEST_DAYS, required=False)


RowForms = forms.formset_factory(RowForm, extra=4, max_num=60, absolute_max=60)


class FactsForm(forms.Form):
    """What is known of one flaw, and where that comes from."""

    automatable = forms.ChoiceField(
        label=_("Can an attack be automated?"), choices=[("", _("not known")), ("yes", _("yes")), ("no", _("no"))],
        required=False,
    )  # fmt: skip
    impact = forms.ChoiceField(label=_("Impact"), choices=FlawFacts.IMPACTS, required=False)
    source = forms.CharField(
        label=_("Where this comes from"), max_length=300,
        error_messages={"required": _("Say where this comes from: a page, a test, a person.")},
    )  # fmt: skip


class FactsFileForm(forms.Form):
    """Published facts of many flaws."""

    file = forms.FileField(label=_("CSV with the columns cve, automatable, impact"))
    source = forms.CharField(label=_("Who publishes them"), max_length=300, initial="CISA Vulnrichment")

"""What is typed of a monitor, of a name that is asked for, and of a correction."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common.clock import today as house_today
from alcaide.common.forms import RowForm, UploadField
from alcaide.common.models import MonitorSetting, User
from alcaide.common.permissions import ROLES, scope_of

from .declared import Monitor
from .keys import RECORD
from .places import places

DAY = {"type": "date"}
CAP_BYTES = 20 * 1024 * 1024


class SettingForm(RowForm):
    """Under what a monitor shall run in a unit."""

    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    with_below = forms.BooleanField(label=gettext_lazy("With everything below it"), required=False)
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    basis = forms.ChoiceField(label=gettext_lazy("Legal basis"), choices=MonitorSetting.Basis.choices)
    agreement = UploadField(
        cap_bytes=CAP_BYTES, label=gettext_lazy("Agreement"), required=False,
        help_text=gettext_lazy("The signed agreement or the weighing of interests, as a file."),
    )  # fmt: skip
    no_agreement_why = forms.CharField(
        label=gettext_lazy("Or why none is needed"), max_length=400, required=False
    )  # fmt: skip
    retention_days = forms.IntegerField(
        label=gettext_lazy("Days that may be read back"), min_value=1, max_value=3650,
        help_text=gettext_lazy("When rows go altogether stands in the retention register."),
    )  # fmt: skip
    viewers = forms.MultipleChoiceField(
        label=gettext_lazy("Who may read it, names masked"), widget=forms.CheckboxSelectMultiple
    )
    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs=DAY))
    council = forms.ChoiceField(label=gettext_lazy("Works council"), choices=MonitorSetting.Council.choices)
    council_on = forms.DateField(label=gettext_lazy("Informed or checked on"), widget=forms.DateInput(attrs=DAY))
    council_by = forms.CharField(
        label=gettext_lazy("Informed or checked by"), max_length=200,
        help_text=gettext_lazy("Where there is no works council: since when, and who checked. "
                               "Then the data protection officer agrees in its place."),
    )  # fmt: skip

    def __init__(self, typed: Any = None, files: Any = None, *, user: User, monitor: Monitor) -> None:
        today = house_today()
        first = {"purpose": monitor.purpose, "retention_days": monitor.retention_days, "since": today}
        super().__init__(typed, initial=first)
        self.files = files if files is not None else self.files
        units = scope_of(user).units_for(RECORD)
        named = sorted(places().names(list(units)).items(), key=lambda each: each[1].casefold())
        offered: Any = self.fields["unit"]
        offered.choices = [(str(pk), name) for pk, name in named]
        roles: Any = self.fields["viewers"]
        roles.choices = [(role.key, role.label) for role in ROLES.values()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("agreement") and not (given.get("no_agreement_why") or "").strip():
            self.add_error("no_agreement_why", _("Give the agreement as a file, or say why none is needed."))
        return given


class NameForm(RowForm):
    """Whose name is asked for, of which days, and why."""

    name = forms.CharField(
        label=gettext_lazy("Pseudonym"), max_length=40, help_text=gettext_lazy("Such as K47Q7-MX29C.")
    )
    first = forms.DateField(label=gettext_lazy("Rows from"), widget=forms.DateInput(attrs=DAY))
    last = forms.DateField(label=gettext_lazy("Rows to"), widget=forms.DateInput(attrs=DAY))
    hours = forms.IntegerField(
        label=gettext_lazy("Hours that the name is shown"), min_value=1, max_value=72, initial=24
    )
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Whoever answers reads it, and the works council."),
    )  # fmt: skip


class WordsForm(RowForm):
    """Why something is asked or stopped, or what is remarked."""

    words = forms.CharField(label=gettext_lazy("In words"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

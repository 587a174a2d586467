"""What putting off and handing on need."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common.models import User
from alcaide.common.search import fold
from alcaide.common.talk.mentions import directory

MORNING = time(8)
MOST_NAMED = 5


class SnoozeForm(forms.Form):
    """Until when, and why."""

    UNTIL = [
        ("tomorrow", gettext_lazy("Tomorrow, 08:00")),
        ("monday", gettext_lazy("Next Monday, 08:00")),
        ("day", gettext_lazy("On a day")),
    ]
    until = forms.ChoiceField(
        label=gettext_lazy("Until"), choices=UNTIL, initial="tomorrow", widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose until when."), "invalid_choice": gettext_lazy("Choose one of these.")
        },
    )  # fmt: skip
    day = forms.DateField(
        label=gettext_lazy("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Write the day as 2026-12-31.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why it can wait"), max_length=300,
        error_messages={"required": gettext_lazy("Say in a few words why; whoever reads the trail will ask.")},
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("until") == "day" and not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", _("Choose the day."))
        return cleaned

    def moment(self) -> datetime:
        """Return the moment that was chosen, at eight in the morning of the reader's clock."""
        today = timezone.localdate()
        chosen = self.cleaned_data["until"]
        if chosen == "day":
            day = self.cleaned_data["day"]
        else:
            day = today + timedelta(days=1 if chosen == "tomorrow" else 7 - today.weekday())
        return timezone.make_aware(datetime.combine(day, MORNING))


class DelegateForm(forms.Form):
    """To whom, and with what words."""

    taker = forms.CharField(
        label=gettext_lazy("To whom"), max_length=254,
        help_text=gettext_lazy("Their name or e-mail address; they need a sign-in and must be allowed to see it."),
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Say who takes it.")},
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.people = directory()

    def clean_taker(self) -> User:
        typed = self.cleaned_data["taker"].strip()
        wanted = fold(typed)
        exact = [one for one in self.people if typed.lower() == one.email]
        meant = exact or [one for one in self.people if wanted and fold(one.name) == wanted]
        meant = meant or [one for one in self.people if wanted and set(wanted) <= set(fold(one.name))]
        if len(meant) == 1:
            return User.objects.get(pk=meant[0].pk)
        if not meant:
            raise forms.ValidationError(_("Nobody with a sign-in is called “%(typed)s”.") % {"typed": typed})
        named = ", ".join(f"{one.name} ({one.email})" for one in meant[:MOST_NAMED])
        raise forms.ValidationError(_("Several are called so: %(named)s. Write the e-mail address.") % {"named": named})


class WhyForm(forms.Form):
    """Why something is handed back."""

    why = forms.CharField(
        label=gettext_lazy("Why you hand it back"), max_length=300,
        error_messages={"required": gettext_lazy("Say in a few words why; whoever gave it will ask.")},
    )  # fmt: skip


class SinceForm(forms.Form):
    """The day since which changes are told."""

    since = forms.DateField(
        label=gettext_lazy("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("Write the day as 2026-12-31.")},
    )  # fmt: skip

    def clean_since(self) -> Any:
        day = self.cleaned_data["since"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("Choose a day that has begun."))
        return day

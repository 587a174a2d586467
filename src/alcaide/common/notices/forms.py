"""The form in which one chooses how to be told."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from alcaide.common.forms import Versioned
from alcaide.common.models import NoticeSetting, User

from .kinds import Way, kinds
from .queries import ways_chosen

WAY = "way_"


class ChooseNotices(Versioned):
    """A way for each kind, the time of the digest, and the time zone that it is meant in."""

    digest_at = forms.TimeField(
        label=_("Daily digest at"),
        help_text=_("In your time zone. Nothing is sent on a day with nothing to tell."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    time_zone = forms.CharField(label=_("Your time zone"), max_length=64, help_text=_("Such as Europe/Madrid."))

    def __init__(self, *args: Any, user: User, setting: NoticeSetting, **more: Any) -> None:
        super().__init__(*args, **more)
        for key, way in ways_chosen(user).items():
            kind = next(each for each in kinds() if each.key == key)
            self.fields[WAY + key] = forms.ChoiceField(
                label=str(kind.label), help_text=str(kind.help), choices=Way.choices, initial=way
            )
        self.initial.update(digest_at=setting.digest_at, time_zone=user.time_zone)
        self.fields["time_zone"].widget.attrs["list"] = "time-zones"
        self.open_at(setting)
        self.order_fields([*(name for name in self.fields if name.startswith(WAY)), "digest_at", "time_zone"])

    @property
    def ways(self) -> dict[str, Way]:
        """The way of each kind as it was chosen."""
        return {name.removeprefix(WAY): Way(value) for name, value in self.cleaned_data.items() if name.startswith(WAY)}

    @property
    def zones(self) -> list[str]:
        """The names that the field offers while one types."""
        return sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))

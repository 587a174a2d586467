"""Of which days the auditor is told."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.board.queries.audit import LONGEST, Period

EARLIEST, LATEST = date(1970, 1, 2), date(2200, 1, 1)
DAY = {"invalid": gettext_lazy("Write the day as 2026-12-31.")}


def _day(label: Any) -> forms.DateField:
    # Aligned with how a browser writes a day, whatever the language.
    return forms.DateField(
        label=label, required=False, input_formats=["%Y-%m-%d"], error_messages=DAY,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


class PeriodForm(forms.Form):
    """The first and the last day."""

    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("Until"))

    def __init__(self, typed: Any, *, usual: Period) -> None:
        self._usual = usual
        # What is not typed is the usual, so that the fields show what the page tells.
        first, last = usual.first.isoformat(), usual.last.isoformat()
        filled = {"since": typed.get("since") or first, "until": typed.get("until") or last}
        super().__init__(filled)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("since"), cleaned.get("until")
        if first and last and first > last:
            self.add_error("until", _("The last day is before the first. Swap them."))
        elif first and last and last - first > LONGEST:
            self.add_error("since", _("That is more than ten years. Choose a shorter period."))
        elif first and last and not EARLIEST <= first <= last <= LATEST:
            self.add_error("since", _("Choose days between 1970 and 2200."))
        return cleaned

    @property
    def period(self) -> Period:
        """What was asked; the usual where that makes no sense."""
        if not self.is_valid():
            return self._usual
        return Period(self.cleaned_data["since"], self.cleaned_data["until"])

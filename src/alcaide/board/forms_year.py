"""What the year asks: another day, an answer, why a day was missed, times without dates."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.board.models import PLAN_YEAR
from alcaide.common.forms import RowForm
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.organization.models import Unit

DAY = {"invalid": gettext_lazy("Write the day as 2026-12-31."), "required": gettext_lazy("Choose the day.")}
SAY_WHY = gettext_lazy("Say in a few words why; whoever reads the trail will ask.")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), error_messages=DAY)


class MoveForm(RowForm):
    """To which day, and why."""

    to = _day(gettext_lazy("New day"))
    why = forms.CharField(label=gettext_lazy("Why"), max_length=300, error_messages={"required": SAY_WHY})


class WhyMissedForm(RowForm):
    """Why a day passed undone."""

    why = forms.CharField(
        label=gettext_lazy("Why it was missed"), max_length=300, error_messages={"required": SAY_WHY},
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class AnswerForm(RowForm):
    """Yes or no to a proposed day."""

    moves = forms.ChoiceField(
        label=gettext_lazy("Answer"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Move it")), ("no", gettext_lazy("Leave it where it is"))],
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )  # fmt: skip
    answer = forms.CharField(label=gettext_lazy("Word to whoever asked"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("moves") == "no" and not cleaned.get("answer"):
            self.add_error("answer", _("Say why it stays; whoever asked will want to know."))
        return cleaned


class QuietForm(RowForm):
    """Of which unit, on which days, and why."""

    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=Unit.objects.none(), empty_label=None)
    from_on = _day(gettext_lazy("First day"))
    until_on = _day(gettext_lazy("Last day"))
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=200, error_messages={"required": SAY_WHY},
        help_text=gettext_lazy("Such as: the plant is shut down; the year is closed."),
    )  # fmt: skip

    def __init__(self, typed: Any = None, *, user: User) -> None:
        super().__init__(typed)
        units = Unit.objects.filter(pk__in=scope_of(user).units_for(PLAN_YEAR))
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # a field of choices

"""What a decision on a plan needs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from alcaide.controls.models import Measure
from alcaide.risk.queries import PlanLine


class DecisionForm(forms.Form):
    """Which measures are adopted, and why."""

    measures = forms.ModelMultipleChoiceField(
        queryset=Measure.objects.none(),
        to_field_name="uid",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one measure, or leave the plan undecided.")},
    )
    note = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a sentence why; whoever reads the minutes will ask.")},
    )

    def __init__(self, *arguments: Any, rows: Sequence[PlanLine], **more: Any) -> None:
        super().__init__(*arguments, **more)
        field: Any = self.fields["measures"]
        field.queryset = Measure.objects.filter(uid__in=[row.uid for row in rows], state="proposed")
        field.initial = [row.uid for row in rows if row.is_chosen]

    def measures_open(self) -> list[UUID]:
        """Return the measures that can still be adopted."""
        field: Any = self.fields["measures"]
        return list(field.queryset.values_list("uid", flat=True))

    def typed(self) -> set[str]:
        """Return what was ticked, also where the form is refused."""
        data: Any = self.data
        return set(data.getlist("measures"))

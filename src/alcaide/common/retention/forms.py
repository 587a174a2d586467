"""What is typed of a rule."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alcaide.common.forms import RowForm
from alcaide.common.models import User

from .services import MOST_DAYS


class RuleForm(RowForm):
    """A change of a rule, as one person asks for it."""

    days = forms.IntegerField(label=_("Keep for days"), min_value=1, max_value=MOST_DAYS)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False)
    purpose = forms.CharField(label=_("Purpose"), max_length=400, required=False,
                              widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
    why = forms.CharField(
        label=_("Why"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The second person reads it before they agree."),
    )  # fmt: skip

    def __init__(self, typed: Any = None, *, owners: Any, **more: Any) -> None:
        super().__init__(typed, **more)
        owner: Any = self.fields["owner"]
        owner.queryset = owners


class StopForm(RowForm):
    """Why a rule is stopped."""

    why = forms.CharField(label=_("Why"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))

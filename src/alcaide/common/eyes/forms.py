"""Forms of two pairs of eyes."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.search import fold
from alcaide.common.talk.mentions import directory

from .acts import acts


class StandInForm(forms.Form):
    """Who answers in one's place, for what, where, and when."""

    taker = forms.CharField(
        label=_("Who answers in your place"), max_length=254,
        help_text=_("Their e-mail address or full name; they need a sign-in."),
    )  # fmt: skip
    act = forms.MultipleChoiceField(
        label=_("For what"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked stands for everything that you may answer."),
    )  # fmt: skip
    unit = forms.ChoiceField(label=_("Where"), required=False, help_text=_("With everything below it."))
    from_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    why = forms.CharField(label=_("Why"), max_length=300)

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        fields: Any = self.fields
        scope = scope_of(user)
        fields["act"].choices = [(act.key, act.label) for act in acts() if scope.units_for(act.answer)]
        fields["unit"].choices = [("", _("Wherever you may")), *((each.uid, each.name) for each in scope.labels)]
        self._units = {each.uid: each.pk for each in scope.labels}

    def clean_taker(self) -> User:
        """Find whom the typed address or name means."""
        typed = self.cleaned_data["taker"].strip()
        meant = [one for one in directory() if typed.lower() == one.email or fold(one.name) == fold(typed)]
        if len(meant) != 1:
            raise forms.ValidationError(
                gettext("Nobody, or more than one, is called “%(typed)s”. Write the e-mail address.") % {"typed": typed}
            )
        return User.objects.get(pk=meant[0].pk)

    @property
    def unit_id(self) -> int | None:
        """The unit that was chosen."""
        return self._units.get(self.cleaned_data["unit"])

"""What roles of the house's own and the rules that give roles need."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alcaide.common.forms import RowForm
from alcaide.common.models import User
from alcaide.common.permissions import permissions, scope_of

from .forms import UnitChoice, units_where
from .models import GRANT, CustomRole, Person, Unit
from .queries import by_room, may_be_carried, may_be_followed


class OwnRoleForm(RowForm):
    """What a role of the house is called and may do."""

    label = forms.CharField(label=_("What it is called"), max_length=80)
    description = forms.CharField(
        label=_("What it is for"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    permissions = forms.MultipleChoiceField(
        label=_("What it may do"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what you may do in every unit yourself. What takes two roles together is not offered."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, user: User, row: CustomRole | None = None, **more: Any) -> None:
        super().__init__(*arguments, row=row, **more)
        scope, standing = scope_of(user), set(row.permissions) if row else set()
        offered = [each for each in may_be_carried() if each.key in standing or scope.covers_all(each.key)]
        field: Any = self.fields["permissions"]
        field.choices = [(words, [(each.key, each.label) for each in group]) for words, group in by_room(offered)]

    def clean_permissions(self) -> list[str]:
        return sorted(set(self.cleaned_data["permissions"]) & set(permissions()))


class FollowRuleForm(RowForm):
    """Whom a rule speaks of, and the role it gives."""

    title = forms.CharField(
        label=_("Title holds"), max_length=200, required=False,
        help_text=_("Part of a title, such as “reception”; * stands for anything. Empty: any title."),
    )  # fmt: skip
    unit = UnitChoice(
        Unit.objects.none(), label=_("In the unit, with everything below"), required=False, to_field_name="uid"
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any")), *Person.KINDS])
    role = forms.ChoiceField(label=_("Role in their own unit"))
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        fields: Any = self.fields
        fields["unit"].queryset = units_where(user, GRANT)
        fields["unit"].empty_label = _("Every unit")
        fields["role"].choices = [("", "---------"), *may_be_followed()]


class GraceForm(RowForm):
    """How long what was granted by hand lasts after a move."""

    days = forms.IntegerField(
        label=_("Days"), min_value=0, max_value=90,
        help_text=_("What was granted by hand in the old unit ends after so many days, unless somebody renews it."),
    )  # fmt: skip

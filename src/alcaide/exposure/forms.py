"""What bringing in a report requires, with plain messages."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.exposure.services import look_at
from alcaide.intake.errors import IntakeError
from alcaide.organization.models import Unit

from .models import TAKE_IN


class ReportForm(forms.Form):
    """A file, the unit whose network it speaks of, and the zone where addresses mean something."""

    file = forms.FileField(
        label=_("Report"),
        allow_empty_file=True,
        error_messages={"required": _("Choose the file first: a report of a scanner, or a threat feed.")},
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Unit"),
        help_text=_("Hosts that nobody knows yet become assets of this unit."),
        error_messages={
            "required": _("Say whose network this is."),
            "invalid_choice": _("You may not bring in reports for that unit. Choose one from the list."),
        },
    )
    zone = forms.CharField(
        label=_("Network zone"),
        max_length=60,
        required=False,
        help_text=_("Name it where several networks use the same private addresses, such as “Murcia OT”."),
    )

    def __init__(self, *arguments: Any, user: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        unit: Any = self.fields["unit"]
        unit.queryset = Unit.objects.filter(pk__in=scope_of(user).units_for(TAKE_IN))
        first = unit.queryset.first()
        unit.initial = first.pk if first else None

    def clean_file(self) -> UploadedFile:
        """Refuse what is empty, too large, or what no reader knows, before anything is kept."""
        file: UploadedFile = self.cleaned_data["file"]
        cap = settings.UPLOAD_CAP_BYTES
        if (file.size or 0) > cap:
            raise forms.ValidationError(
                gettext(
                    "The file is larger than %(cap)s. Split it, or bring it in on the machine with `alcaide import`."
                )
                % {"cap": filesizeformat(cap)}
            )
        try:
            look_at(file, size_bytes=file.size or 0)
        except IntakeError as fault:
            raise forms.ValidationError(str(fault)) from fault
        file.seek(0)
        return file

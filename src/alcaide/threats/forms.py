"""What bringing in a feed requires, with plain messages."""

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alcaide.intake.errors import IntakeError
from alcaide.threats.services import feed_kind


class FeedForm(forms.Form):
    """A file of one of the two feeds; an older edition only by express wish."""

    file = forms.FileField(
        label=_("Feed"),
        allow_empty_file=True,
        error_messages={"required": _("Choose the file first: the list of known exploited flaws, or the scores.")},
    )
    force = forms.BooleanField(
        label=_("Take it in even if it is older than the edition in force"),
        required=False,
    )

    def clean_file(self) -> UploadedFile:
        """Refuse what is empty, too large, or no feed, before anything is kept."""
        file: UploadedFile = self.cleaned_data["file"]
        cap = settings.UPLOAD_CAP_BYTES
        if (file.size or 0) > cap:
            words = gettext("The file is larger than %(cap)s, the most this place takes.")
            raise forms.ValidationError(words % {"cap": filesizeformat(cap)})
        try:
            feed_kind(file, name=file.name or "")
        except IntakeError as fault:
            raise forms.ValidationError(str(fault)) from fault
        file.seek(0)
        return file

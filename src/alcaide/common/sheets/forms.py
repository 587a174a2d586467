"""What bringing in a sheet requires, with plain messages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alcaide.common.forms import UploadField
from alcaide.common.sheets.declared import Sheet
from alcaide.common.sheets.offered import sheets_for
from alcaide.intake.sheets.delimited import SEPARATORS
from alcaide.intake.sheets.limits import LIMITS
from alcaide.intake.sheets.table import Asked, Layout


class SheetForm(forms.Form):
    """A kind of rows, and the file that holds them."""

    kind = forms.ChoiceField(label=_("What the rows are"))
    file = UploadField(
        cap_bytes=LIMITS.file_bytes, label=_("File"), allow_empty_file=True,
        error_messages={"required": _("Choose the file first: CSV or XLSX.")},
    )  # fmt: skip

    def __init__(self, *arguments: Any, user: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.sheets: dict[str, Sheet] = {each.key: each for each in sheets_for(user)}
        kind: Any = self.fields["kind"]
        kind.choices = sorted(((key, str(each.label)) for key, each in self.sheets.items()), key=lambda pair: pair[1])

    @property
    def sheet(self) -> Sheet:
        """The sheet that was chosen."""
        return self.sheets[self.cleaned_data["kind"]]


class LayoutForm(forms.Form):
    """How the file is read: which sheet, which row of headings, which separator."""

    sheet = forms.ChoiceField(label=_("Sheet"))
    separator = forms.ChoiceField(label=_("Columns are parted by"))
    header_row = forms.IntegerField(label=_("Row of the headings"), min_value=1, max_value=1_000_000)

    def __init__(self, *arguments: Any, layout: Layout, **more: Any) -> None:
        more["initial"] = {"sheet": layout.sheet, "separator": layout.separator, "header_row": layout.header_row}
        super().__init__(*arguments, **more)
        chosen: Any = self.fields
        if layout.form == "csv":
            del chosen["sheet"]
            chosen["separator"].choices = [(key, _(words)) for key, words in SEPARATORS.items()]
        else:
            del chosen["separator"]
            chosen["sheet"].choices = [(name, name) for name in layout.sheets]

    def asked(self) -> Asked:
        """Return what the person wants."""
        given = self.cleaned_data
        return Asked(given.get("sheet", ""), given.get("header_row") or 0, given.get("separator", ""))

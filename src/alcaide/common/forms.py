"""Pieces that the rooms' forms share: sums of money, files with a cap, the version a form was opened with, rows."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common import words
from alcaide.common.models import Record
from alcaide.common.money import Money, parse_major


class MoneyField(forms.CharField):
    """A sum as people type it (1,250.50, 25k, 1.2M); cleaned it is a whole number of minor units, None where empty.

    `currency` may be set on the field when the form is made. `least_minor` is the smallest sum taken.
    """

    def __init__(self, *, currency: str = "EUR", least_minor: int | None = 0, **more: Any) -> None:
        more.setdefault("help_text", gettext_lazy("25k and 1.2M work."))
        super().__init__(**more)
        self.currency, self.least_minor = currency, least_minor
        self.widget.attrs.setdefault("inputmode", "decimal")

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]  # minor units, no decimals
        # A sum is typed as text and is a number afterwards, as in Django's own fields of numbers.
        typed = str(value or "").strip()
        if not typed:
            return None
        try:
            minor = parse_major(typed, self.currency)
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault
        if self.least_minor is not None and minor < self.least_minor:
            least = words.money_exactly(Money(self.least_minor, self.currency).major, self.currency)
            raise forms.ValidationError(_("The sum is at least %(least)s.") % {"least": least})
        return minor

    def prepare_value(self, value: Any) -> Any:
        """Show minor units as people type them; what was typed wrongly stays as it was typed."""
        if isinstance(value, int):
            return f"{Money(value, self.currency).major:,f}"
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.to_python(data))
        except forms.ValidationError:
            return True


class UploadField(forms.FileField):
    """A file of at most so many bytes; the browser says so before sending, the server when it arrives."""

    def __init__(self, *, cap_bytes: int, **more: Any) -> None:
        super().__init__(**more)
        self.cap_bytes = cap_bytes
        self.widget.attrs.setdefault("data-max-bytes", str(cap_bytes))

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        file: UploadedFile | None = super().clean(data, initial)
        if file and file.size is not None and file.size > self.cap_bytes:
            raise forms.ValidationError(
                _("“%(name)s” has %(size)s MB; at most %(cap)s MB are taken.")
                % {
                    "name": file.name,
                    "size": words.decimal(file.size / 1e6, 1),
                    "cap": words.decimal(self.cap_bytes / 1e6, 1),
                }
            )
        return file


class Versioned(forms.Form):
    """Mix-in for forms that change a row: carries the version that was open, for `save_version(opened_version=…)`.

    A form without a readable version is as old as can be, so a save with it is told as a lost update, never written.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def opened_version(self) -> int:
        """The version that stood when the form was opened."""
        return int(self.cleaned_data.get("version") or 0)

    def open_at(self, row: Record) -> None:
        """Remember which version of the row the form shows."""
        self.fields["version"].initial = row.version
        self.initial["version"] = row.version


class RowForm(Versioned):
    """A form for a new row, or for one that exists and then carries the version it was opened at."""

    SERVICE_NAMES: ClassVar[Mapping[str, str]] = {}
    """Where a service calls something otherwise than the form: its word, and the form's field."""

    def __init__(self, typed: Any = None, *, row: Record | None = None, initial: dict[str, Any] | None = None) -> None:
        names = (name for name in self.base_fields if hasattr(row, name))
        known = {name: getattr(row, name) for name in names} if row else {}
        super().__init__(typed, initial={**known, **(initial or {})})
        if row is None:
            del self.fields["version"]

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def take(self, fault: ValidationError) -> None:
        """Show what a service refused, at the field it names where the form has it."""
        if not hasattr(fault, "error_dict"):
            self.add_error(None, fault)
            return
        for name, faults in fault.error_dict.items():
            own = self.SERVICE_NAMES.get(name, name)
            self.add_error(own if own != NON_FIELD_ERRORS and own in self.fields else None, faults)

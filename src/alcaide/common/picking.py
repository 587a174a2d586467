"""A field in which a row is named by typing: a list to choose from breaks where there are thousands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alcaide.common.lists.filters import Words
from alcaide.common.people import signed_in
from alcaide.common.permissions import require
from alcaide.common.rights.doors import rule

# Names offered while somebody types; above that the page would grow with the estate, and the server is asked.
MOST_OFFERED = 300
MOST_ANSWERED = 12
MOST_GUESSED = 5


@dataclass(frozen=True)
class Names:
    """Among which rows of a kind names are offered, how each is written, and what the reader needs to be allowed."""

    rows: Callable[[Any], QuerySet[Any]]
    """The rows that a user may see, given the user."""
    label_of: Callable[[Any], str]
    permission: str


_names: dict[str, Names] = {}


def offer_names(kind: str, names: Names) -> None:
    """Offer the names of a kind of subject to fields in which one is typed. Called in `AppConfig.ready`."""
    _names[kind] = names


def names_of(kind: str) -> Names | None:
    """Return among which rows of a kind names are offered; None where no room offers any."""
    return _names.get(kind)


def name_permissions() -> list[str]:
    """Return the permissions of which one lets somebody name a row of some kind."""
    return sorted({source.permission for source in _names.values()})


@rule(name_permissions, reach="any")
@require_safe
def names(request: HttpRequest, kind: str) -> HttpResponse:
    """Answer with the few names of a kind that what was typed may mean; nothing that the reader may not see."""
    source = _names.get(kind)
    if source is None:
        raise Http404(_("Nothing of this kind is named by typing."))
    user = signed_in(request)
    require(user, source.permission)
    typed = request.GET.get(request.GET.get("field", ""), "").replace("\x00", "")[:200]
    rows = meant(source.rows(user), typed.replace(" · ", " "), kind=kind).order_by("name", "pk")[:MOST_ANSWERED]
    return render(request, "common/_names.html", {"offered": [source.label_of(row) for row in rows]})


def meant(rows: QuerySet[Any], typed: str, *, kind: str) -> QuerySet[Any]:
    """Keep the rows of a kind of subject that hold the words, every one of them however many there are."""
    words = Words(subject_kind=kind)
    return words.narrow(rows, words.looked_up(typed, rows.model))


class NameInput(forms.TextInput):
    """A line with names offered below it."""

    template_name = "common/name_input.html"
    kind = ""
    offered: Callable[[], list[str] | None] = list

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        listed = f"{context['widget']['attrs'].get('id', name)}-names"
        offered = self.offered()
        context["widget"]["attrs"]["list"] = listed
        if offered is None and self.kind in _names:
            # Asked for as somebody types, a fifth of a second after the last letter; without script the name is typed.
            context["widget"]["attrs"] |= {
                "hx-get": f"{reverse('names', args=[self.kind])}?field={name}", "hx-target": f"#{listed}",
                "hx-trigger": "input changed delay:200ms", "hx-sync": "this:replace", "hx-swap": "innerHTML",
                "hx-push-url": "false",
            }  # fmt: skip
        return {**context, "offered": offered or []}


class NamedRow(forms.Field):
    """One row of a queryset, by its name; where several are called so, by the longer name that `label` gives."""

    widget = NameInput

    def __init__(self, *, subject_kind: str, label_of: Callable[[Any], str], **more: Any) -> None:
        self.subject_kind, self.label_of = subject_kind, label_of
        self.queryset: QuerySet[Any] | None = None
        super().__init__(**more)

    def offer(self, rows: QuerySet[Any]) -> None:
        """Say among which rows may be chosen."""
        self.queryset = rows
        widget: Any = self.widget
        widget.offered = self._offered
        widget.kind = self.subject_kind
        widget.attrs["autocomplete"] = "off"

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else self.label_of(value)

    def to_python(self, value: Any) -> Any:
        typed = str(value or "").replace("\x00", "").strip()
        if not typed:
            return None
        rows = self._rows()
        name = typed.rpartition(" · ")[0] or typed
        called = list(rows.filter(name__iexact=typed)[:2]) or list(rows.filter(name=name)[:MOST_OFFERED])
        fits = called if len(called) == 1 else [row for row in called if self.label_of(row) == typed]
        if len(fits) == 1:
            return fits[0]
        raise forms.ValidationError(self._guess(typed))

    def _rows(self) -> QuerySet[Any]:
        if self.queryset is None:
            raise TypeError("Call `offer` before the form is read.")
        return self.queryset

    def _guess(self, typed: str) -> str:
        """Say what the words may have meant."""
        rows = self._rows()
        same = rows.filter(name__iexact=typed)[: MOST_GUESSED + 1]
        near = list(same) or list(meant(rows, typed, kind=self.subject_kind)[: MOST_GUESSED + 1])
        if not near:
            return _("Nothing that you see is called so. Type its name as it stands in the list.")
        names = "; ".join(self.label_of(row) for row in near[:MOST_GUESSED])
        return _("Say which one: %(names)s%(more)s") % {
            "names": names,
            "more": " …" if len(near) > MOST_GUESSED else ".",
        }

    def _offered(self) -> list[str] | None:
        """Return every name where they are few; None where they are so many that the server is asked."""
        rows = list(self._rows()[: MOST_OFFERED + 1])
        return [self.label_of(row) for row in rows] if len(rows) <= MOST_OFFERED else None

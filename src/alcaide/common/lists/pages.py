"""The views that lists and details stand on; a room declares, these answer."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views import View as DjangoView

from alcaide.common.histories import told_page
from alcaide.common.lists.asked import Asked
from alcaide.common.lists.choosing import choose, chosen_columns
from alcaide.common.lists.columns import Text, written
from alcaide.common.lists.exports import FORMATS, Format, TooManyRows, export
from alcaide.common.lists.listing import Listing
from alcaide.common.lists.marks import changed_rows
from alcaide.common.lists.page import Page, page_of, shown_columns
from alcaide.common.lists.saved import opened
from alcaide.common.models import Record, User
from alcaide.common.permissions import require

log = logging.getLogger(__name__)
MOST_CHOSEN = 10_000


class ListPage(DjangoView):
    """A list's page: `listing`, and the `permission` that opens it. Say the answer in `headline`."""

    http_method_names = ["get", "head", "post"]
    listing: ClassVar[Listing]
    permission: ClassVar[str] = ""
    template: ClassVar[str] = "common/list.html"

    def headline(self, page: Page) -> tuple[str, str]:
        """Return the answer in words, and what stands smaller beside it."""
        total = str(page.total)
        return _("%(total)s %(what)s.") % {"total": total, "what": self.listing.label}, ""

    def more(self, page: Page) -> dict[str, Any]:
        """Return what a room's own template needs beside the page."""
        return {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.permission:
            require(cast(User, request.user), self.permission)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            page = self._page(request)
            if "marks" in request.GET:
                return self._grown_old(request, page)
            answer, rest = self.headline(page)
            about = {"page": page, "answer": answer, "rest": rest, "undo": self._undo(request), **self.more(page)}
            return self._answer(request, about)
        except OperationalError:
            log.exception("the list %s could not be made", self.listing.name)
            return self._answer(request, {"listing": self.listing, "failed": True}, status=503)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Choose columns, keep or change a view, or take the list home as a file."""
        for form in FORMATS:
            if request.POST.get("export") == form:
                return self._export(request, form)
        back = choose(request, self.listing)
        return redirect(back or request.get_full_path())

    def _page(self, request: HttpRequest) -> Page:
        as_opened = opened(self.listing, request.user, request.GET)
        return page_of(
            self.listing,
            request.user,
            as_opened.params,
            path=request.path,
            columns=chosen_columns(request, self.listing, as_opened.view),
            opened=as_opened,
        )

    def _grown_old(self, request: HttpRequest, page: Page) -> HttpResponse:
        """Say how many rows of a page that is open changed since, or nothing at all."""
        changed = changed_rows(request.GET.get("marks", ""), page.marks)
        if not changed:
            return HttpResponse(status=204)
        response = render(request, "common/_list_old.html", {"page": page, "changed": changed})
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _undo(self, request: HttpRequest) -> dict[str, Any] | None:
        """Return the bulk act of this list that can still be taken back."""
        kept = request.session.get("undo")
        is_here = isinstance(kept, dict) and kept.get("list") == self.listing.name and kept["until"] > time.time()
        return kept if is_here else None

    def _export(self, request: HttpRequest, form: Format) -> HttpResponseBase:
        as_opened = opened(self.listing, request.user, request.GET)
        columns = shown_columns(self.listing, chosen_columns(request, self.listing, as_opened.view))
        try:
            return export(self.listing, request.user, as_opened.params, form=form, columns=columns)
        except TooManyRows as fault:
            return self._answer(request, {"listing": self.listing, "failed": True, "why": str(fault)}, status=422)

    def _answer(self, request: HttpRequest, about: dict[str, Any], *, status: int = 200) -> HttpResponse:
        htmx: Any = getattr(request, "htmx", None)
        is_piece = bool(htmx) and not htmx.history_restore_request and htmx.target == f"list-{self.listing.name}"
        template = "common/_list.html" if is_piece else self.template
        response = render(request, template, about, status=status)
        # A browser must not take the piece for the page when somebody goes back to it.
        patch_vary_headers(response, ["HX-Request"])
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def listed_rows(request: HttpRequest, listing: Listing) -> tuple[QuerySet[Any], str]:
    """Return all rows that a list shows under the request's address, and the question as the trail keeps it."""
    params = opened(listing, request.user, request.GET).params
    return Asked(listing, request.user, params).narrow(listing.visible(request.user)), params.urlencode()


def chosen_rows(request: HttpRequest, listing: Listing) -> QuerySet[Any]:
    """Return the rows that a bulk form chose: those ticked, or all that the list showed; never an unseen one."""
    rows = listing.visible(request.user)
    if request.POST.get("everything") == "1":
        return Asked(listing, request.user, QueryDict(request.POST.get("query", ""))).narrow(rows)
    if not isinstance(listing.uid, str):
        raise TypeError(f"The list “{listing.name}” has no path to its identifiers; bulk acts need one.")
    field = rows.model._meta.get_field(listing.uid)
    uids = []
    for typed in request.POST.getlist("uid")[:MOST_CHOSEN]:
        try:
            uids.append(field.to_python(typed))
        except ValidationError:
            continue
    return rows.filter(**{f"{listing.uid}__in": uids})


@dataclass(frozen=True)
class Fact:
    """One known thing of a record; None is said to be not known."""

    label: Text
    value: Any
    url: str = ""
    second: Text = ""

    @property
    def text(self) -> str:
        """The value in words."""
        return written(self.value)

    @property
    def is_open(self) -> bool:
        """Whether nobody has said it yet."""
        return self.value is None


@dataclass(frozen=True)
class Link:
    """Where to go from a record, or what may be done with it."""

    label: Text
    url: str
    icon: str = ""
    second: Text = ""


class DetailPage(DjangoView):
    """A record's page: facts, links, history from the trail, and what people say of it. Override the four functions."""

    http_method_names = ["get", "head"]
    permission: ClassVar[str] = ""
    template: ClassVar[str] = "common/detail.html"
    crumb: ClassVar[tuple[Text, str]] = ("", "")
    """Words and address name of the list above."""
    history_without: ClassVar[frozenset[str]] = frozenset()
    """Fields whose values the history leaves out."""

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the rows that the user may see."""
        raise NotImplementedError

    def facts(self, row: Any) -> Sequence[Fact]:
        """Return what is known."""
        return ()

    def links(self, row: Any) -> Sequence[Link]:
        """Return where to go from here."""
        return ()

    def headline(self, row: Any) -> tuple[str, str]:
        """Return the answer in words, and what stands smaller beside it."""
        return str(row), ""

    def more(self, row: Any) -> dict[str, Any]:
        """Return what a room's own template needs beside these."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.permission:
            require(cast(User, request.user), self.permission)
        row: Record | None = self.rows(request.user).filter(uid=kwargs["uid"]).first()
        if row is None:
            raise Http404(_("There is no such record, or you may not see it."))
        answer, rest = self.headline(row)
        told = told_page(row.subject, request.GET.get("before"), without=self.history_without)
        return render(
            request,
            self.template,
            {"row": row, "answer": answer, "rest": rest, "facts": self.facts(row), "links": self.links(row),
             "told": told, "crumb": self.crumb, **self.more(row)},
        )  # fmt: skip

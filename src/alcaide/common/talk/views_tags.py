"""Pages of the tags: all of them, one with what carries it, renaming and merging; and tagging the rows of any list."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from alcaide.common import registries
from alcaide.common.lists import Column, FirstDay, Listing, ListPage, Page, Words, chosen_rows
from alcaide.common.models import Tag, Tagging
from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule

from . import services
from .queries import SEE_TAGS, TAGS, TALK, tag_url

MOST_CARRIERS = 50
MOST_OFFERED = 500

TAG_LIST = Listing(
    name="tags",
    label=gettext_lazy("tags"),
    rows=lambda user: Tag.objects.all(),
    columns=(
        Column("name", gettext_lazy("Tag"), order="folded", role="lead", url=tag_url),
        Column("records", gettext_lazy("Stands on"), value="records", numeric=True, role="side"),
        Column("since", gettext_lazy("Since"), value="created_at", order="created_at", role="limit"),
    ),
    sort="name",
    filters=(Words(label=gettext_lazy("Part of a tag"), fields=("name", "folded")),),
    dress=lambda rows, user: _count(rows),
    first_day=FirstDay(
        "tag", gettext_lazy("No tags yet."), gettext_lazy("Put the first one on an asset, a measure or a scenario.")
    ),
)


class Tags(ListPage):
    """All tags."""

    listing = TAG_LIST
    permission = SEE_TAGS

    def headline(self, page: Page) -> tuple[str, str]:
        n = page.total.shown
        return ngettext("%(n)s tag.", "%(n)s tags.", n) % {"n": page.total}, _("One label, everywhere the same.")


@rule(SEE_TAGS, write=TAGS, reach="any")
def tag(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show what carries a tag; POST renames it."""
    user = signed_in(request)
    require(user, SEE_TAGS)
    row = get_object_or_404(Tag, uid=uid)
    typed, fault = row.name, ""
    if request.method == "POST":
        typed, version = request.POST.get("name", ""), request.POST.get("version", "")
        try:
            opened = int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else 0
            services.rename_tag(user, row, name=typed, opened_version=opened)
        except (services.TagUnusable, services.TagTaken) as refused:
            fault = str(refused)
            row.refresh_from_db()
        else:
            messages.success(request, _("Renamed."))
            return redirect("tag", uid=uid)
    return render(request, "common/talk/tag.html", _about(request, row, typed, fault), status=422 if fault else 200)


@rule(TAGS, reach="any")
@require_POST
def tag_merge(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Make one tag of two."""
    user = signed_in(request)
    require(user, TAGS)
    row = get_object_or_404(Tag, uid=uid)
    into = Tag.objects.filter(folded=services.fold_tag(" ".join(request.POST.get("into", "").split()))).first()
    if into is None:
        messages.error(request, _("There is no tag of that name. Choose one that stands."))
        return redirect("tag", uid=uid)
    name = row.name
    try:
        services.merge_tag(user, row, into=into)
    except services.TagUnusable as fault:
        messages.error(request, str(fault))
        return redirect("tag", uid=uid)
    messages.success(request, _("“%(name)s” is now “%(into)s”.") % {"name": name, "into": into.name})
    return redirect("tag", uid=into.uid)


def tag_view(listing: Listing) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that puts a tag on the chosen rows of a list; the address of a `BulkAct`."""

    @require_POST
    @rule(TALK)
    def tag_chosen(request: HttpRequest) -> HttpResponse:
        user = signed_in(request)
        require(user, TALK)
        rows: Any = chosen_rows(request, listing)
        fault = ""
        if "tag" in request.POST:
            try:
                n = services.tag_rows(user, rows, name=request.POST["tag"])
            except services.TagUnusable as refused:
                fault = str(refused)
            else:
                messages.success(
                    request, ngettext("%(n)s record is tagged.", "%(n)s records are tagged.", n) % {"n": n}
                )
                return redirect(_list_url(request))
        kept = [(name, value) for name in ("uid", "everything", "query") for value in request.POST.getlist(name)]
        shown = {
            "n": rows.count(), "kept": kept, "back": _list_url(request), "fault": fault,
            "typed": request.POST.get("tag", ""),
            "offered": Tag.objects.order_by("folded").values_list("name", flat=True)[:MOST_OFFERED],
        }  # fmt: skip
        return render(request, "common/talk/tag_chosen.html", shown, status=422 if fault else 200)

    return tag_chosen


def _about(request: HttpRequest, row: Tag, typed: str, fault: str) -> dict[str, Any]:
    """Return what carries the tag as far as the user may see it; what is hidden is counted."""
    user = signed_in(request)
    rows = Tagging.objects.filter(tag=row).order_by("-id")
    newest = [f"{kind}:{of}" for kind, of in rows.values_list("kind", "of")[:MOST_CARRIERS]]
    named = registries.subjects_of(newest, user)
    known = [(registries.kind_label(each.partition(":")[0]), named[each]) for each in newest]
    return {
        "tag": row, "typed": typed, "fault": fault, "may_keep": scope_of(user).allows(TAGS),
        "carriers": [(label, subject) for label, subject in known if subject],
        "hidden": sum(1 for _label, subject in known if subject is None),
        "more": max(0, rows.count() - MOST_CARRIERS),
        "others": Tag.objects.exclude(pk=row.pk).order_by("folded").values_list("name", flat=True)[:MOST_OFFERED],
    }  # fmt: skip


def _count(rows: Any) -> None:
    counted = Tagging.objects.filter(tag__in=[row.pk for row in rows]).values_list("tag").annotate(n=Count("id"))
    by_tag = dict(counted.order_by())
    for row in rows:
        row.records = by_tag.get(row.pk, 0)


def _list_url(request: HttpRequest) -> str:
    """Return the list's own address: what the bulk address stands under."""
    return request.path.rstrip("/").rpartition("/")[0] + "/" or reverse("home")


TAG_URLS: list[URLPattern] = [
    path("tags/", Tags.as_view(), name="tags"),
    path("tags/<uuid:uid>/", tag, name="tag"),
    path("tags/<uuid:uid>/merge/", tag_merge, name="tag-merge"),
]

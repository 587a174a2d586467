"""Addresses for this room's page tests: its own, stand-ins for those above it, and a list of files to try lists on."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from alcaide.common.lists import (
    Above,
    BulkAct,
    BulkDone,
    BulkPage,
    Choice,
    Column,
    DetailPage,
    Fact,
    FirstDay,
    Flag,
    Link,
    Listing,
    ListPage,
    View,
    Words,
    chosen_rows,
    keep,
    keep_undo,
    offer_undo,
    puts_back,
)
from alcaide.common.lists.saved import SHARE
from alcaide.common.models import SavedView, StoredFile
from alcaide.common.money import Money
from alcaide.common.people import signed_in
from alcaide.common.permissions import VisibleSet, require
from alcaide.common.registries import nav_items
from alcaide.common.trail import audit, write

SECRET = "application/secret"


class Files(VisibleSet[StoredFile]):
    """Kept files of which one type is nobody's to see."""

    def _rules(self, user: Any) -> Iterable[tuple[str, Q]]:
        yield "sealed cases", ~Q(media_type=SECRET)


FILES = Listing(
    name="files",
    label="files",
    rows=lambda user: Files(StoredFile),
    columns=(
        Column("name", "Name", order="name", role="lead", url=lambda row: f"/listed/{row.uid}/", second="media_type"),
        Column("size", "Size", value="size_bytes", order="size_bytes", numeric=True, role="side"),
        Column("worth", "Worth", value=lambda row: Money(row.size_bytes * 100, "EUR"), numeric=True, role="per"),
        Column("at", "Kept", value="created_at", order="created_at", role="limit"),
        Column("kind", "Type", value="media_type", order="media_type", shown=False),
        Column("second", "Hash", value="sha256", role="more"),
    ),
    sort="-size",
    views=(
        View("all", "All"),
        View("small", "Small", Q(size_bytes__lt=10), sort="name"),
        View("big", "Big", lambda: Q(size_bytes__gte=1000)),
    ),
    filters=(
        Words(label="Words", fields=("name", "sha256")),
        Choice("type", "Type", "media_type", lambda user: [("text/csv", "Table"), ("text/plain", "Text")]),
        Flag("even", "Even", Q(name__endswith="0")),
        Above("over", "Size", "size_bytes"),
    ),
    bulk=(BulkAct("Move", "move"), BulkAct("Burn", "move", confirm="Burn them?")),
    opens="opened.html",
    opened=lambda row, user: f"opened {row.name} for {user.name}",
    first_day=FirstDay("file-import", "No files yet.", "Drop one.", (("Home", "home"),)),
    state=lambda row: "late" if row.size_bytes == 13 else "",
)


class FilesPage(ListPage):
    """The list."""

    listing: ClassVar[Listing] = FILES


class FilePage(DetailPage):
    """One of its rows."""

    crumb = ("Files", "listed")

    def rows(self, user: Any) -> Files:
        return Files(StoredFile).visible_to(user)

    def facts(self, row: Any) -> list[Fact]:
        return [Fact("Size", row.size_bytes), Fact("Owner", None)]

    def links(self, row: Any) -> list[Link]:
        return [Link("Download", f"/files/{row.uid}/", icon="download")]


# Views that people saved stand for rows that people edit: they have a version, and whoever shares views changes them.
KEPT = Listing(
    name="kept",
    label="kept",
    rows=lambda user: SavedView.objects.all(),
    columns=(Column("name", "Name", order="name", role="lead"),),
    sort="name",
    bulk=(BulkAct("Point elsewhere", "repoint"), BulkAct("Ask first", "repoint-asking", confirm="Point {n} rows?")),
)


class KeptPage(ListPage):
    """Rows with a bulk act that can be taken back."""

    listing = KEPT


@write
def repoint(actor: Any, rows: Sequence[SavedView]) -> BulkDone:
    """Point each row elsewhere, and keep where it pointed."""
    require(actor, SHARE)
    kept = []
    for row in rows:
        before = keep(row, name=row.name, fields=["path"])
        row.path = "/elsewhere/"
        row.save_version(opened_version=row.version, fields=["path"])
        audit(actor, "repoint", subject=row.subject, before={"path": before["path"]}, after={"path": row.path})
        kept.append((row, before))
    words = f"{len(rows)} rows point elsewhere."
    return BulkDone(words, undo=keep_undo(actor, "test.repoint", words=words, rows=kept))


offer_undo("test.repoint", puts_back(SavedView, permission=SHARE, verb="repoint_back", room="common"))


class Repoint(BulkPage):
    """The bulk act's door."""

    listing = KEPT
    permission = SHARE
    back = "kept"

    def act(self, rows: Sequence[Any]) -> BulkDone:
        return repoint(signed_in(self.request), rows)


class RepointAsking(Repoint):
    """The same, asked first."""

    confirm = "Point {n} rows?"


def home(request: HttpRequest) -> HttpResponse:
    """Stand in for the home page, which a room far above draws."""
    return HttpResponse("home")


def move(request: HttpRequest) -> HttpResponse:
    """Say which rows were chosen."""
    return HttpResponse(",".join(chosen_rows(request, FILES).order_by("name").values_list("name", flat=True)))


# What every page links to, and what the rooms above put in the side bar.
ABOVE = {"sign-in", "sign-out", "password", "theme", *(item.url_name for item in nav_items())} - {"home", "trail"}
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("listed/", FilesPage.as_view(), name="listed"),
    path("listed/<uuid:uid>/", FilePage.as_view(), name="listed-one"),
    path("move/", move, name="move"),
    path("kept/", KeptPage.as_view(), name="kept"),
    path("repoint/", Repoint.as_view(), name="repoint"),
    path("repoint-asking/", RepointAsking.as_view(), name="repoint-asking"),
    path("", include("alcaide.common.urls")),
    *(path(f"above/{name}/", home, name=name) for name in ABOVE),
]

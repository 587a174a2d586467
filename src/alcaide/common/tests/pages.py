"""Addresses for this room's page tests: its own, stand-ins for those above it, and a list of files to try lists on."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from alcaide.common.lists import (
    Above,
    BulkAct,
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
)
from alcaide.common.models import StoredFile
from alcaide.common.money import Money
from alcaide.common.permissions import VisibleSet
from alcaide.common.registries import nav_items

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
    path("", include("alcaide.common.urls")),
    *(path(f"above/{name}/", home, name=name) for name in ABOVE),
]

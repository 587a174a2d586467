"""Pages of the shared room: the search, the trail, and files on their way out."""

from itertools import groupby
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from alcaide.common import files, history, registries
from alcaide.common.commanding import offer, offer_places
from alcaide.common.files import FileLost
from alcaide.common.lists import Column, Day, FirstDay, Listing, ListPage, Page, Typed, Words
from alcaide.common.models import StoredFile, TrailLine
from alcaide.common.people import signed_in
from alcaide.common.rights.doors import OWN, SUBJECT, rule
from alcaide.common.search import find_or_meant, fold

MOST_FOUND = 50
TRAIL = Listing(
    name="trail",
    label=gettext_lazy("lines of the trail"),
    rows=lambda user: TrailLine.objects.all(),
    columns=(
        Column(
            "what",
            gettext_lazy("What"),
            value=lambda row: f"{history.verb_words(row.verb)}: {row.title}",
            second="kind",
            url=lambda row: row.named.url if row.named else "",
            role="lead",
        ),
        Column("at", gettext_lazy("When"), order="seq", role="side"),
        Column("who", gettext_lazy("Who"), role="per"),
        Column("seq", gettext_lazy("Line"), numeric=True, role="limit"),
        Column("subject", gettext_lazy("Identifier"), shown=False),
        Column("hash", gettext_lazy("Hash"), shown=False),
    ),
    sort="-at",
    filters=(
        Words(label=gettext_lazy("Subject, or its beginning"), fields=("subject",), lookup="startswith"),
        Typed("who", gettext_lazy("Who"), only=history.actors_like),
        Typed("verb", gettext_lazy("Verb"), only=lambda typed: Q(verb=typed.replace(" ", "_"))),
        Day("since", gettext_lazy("Since"), "at"),
        Day("until", gettext_lazy("Until"), "at", side="until"),
    ),
    opens="common/_trail_line.html",
    opened=history.opened,
    dress=history.dress,
    dress_file=history.dress_file,
    export_permission=history.TRAIL_EXPORT,
    first_day=FirstDay("history", gettext_lazy("The trail is empty."), gettext_lazy("It begins with the first write.")),
    uid="seq",
)


@rule(OWN)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what the words find, kind by kind, in the order of the best hit of each."""
    asked = request.GET.get("q", "").strip()[:200]
    hits = find_or_meant(request.user, asked, limit=MOST_FOUND + 1)
    found, shown = hits.found, hits.found[:MOST_FOUND]
    elsewhere = offer_places(signed_in(request), asked)
    order = list(dict.fromkeys(hit.subject.partition(":")[0] for hit in shown))
    ranked = sorted(shown, key=lambda hit: order.index(hit.subject.partition(":")[0]))
    groups = [
        (registries.kind_label(kind), list(hits))
        for kind, hits in groupby(ranked, key=lambda hit: hit.subject.partition(":")[0])
    ]
    about = {"asked": asked, "has_words": bool(fold(asked)), "groups": groups, "found": len(shown)}
    more = {"is_more": len(found) > MOST_FOUND, "most": MOST_FOUND, "instead": hits.instead, "elsewhere": elsewhere}
    return render(request, "common/search.html", {**about, **more})


@rule(OWN)
@require_safe
def command(request: HttpRequest) -> HttpResponse:
    """Show what the command bar offers for what was typed so far."""
    typed = request.GET.get("q", "").strip()[:200]
    return render(request, "common/_command.html", {"offer": offer(signed_in(request), typed), "typed": typed})


class Trail(ListPage):
    """The whole trail for who may see it, filtered by subject, actor, verb and day, each line opening to its values."""

    listing = TRAIL
    permission = history.TRAIL_SEE

    def headline(self, page: Page) -> tuple[str, str]:
        if page.is_filtered:
            return _("%(total)s lines of the trail fit.") % {"total": page.total}, ""
        rest = _("%(total)s lines, each bound to the one before.") % {"total": page.total}
        return _("Everything written in this house."), rest


@rule(SUBJECT)
@require_safe
def file(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Hand out a kept file to whom a room gives it; to everyone else there is none."""
    kept = get_object_or_404(StoredFile, uid=uid)
    if not files.may_read(kept, request.user):
        raise Http404(_("There is no such file, or no room gives it to you."))
    try:
        return files.serve(kept)
    except FileLost as fault:
        return render(request, "common/file_lost.html", {"fault": fault}, status=410)

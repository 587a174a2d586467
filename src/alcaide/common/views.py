"""Pages of the shared room: the search, the trail, and files on their way out."""

from itertools import groupby
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alcaide.common import files, registries
from alcaide.common.files import FileLost
from alcaide.common.models import StoredFile
from alcaide.common.search import find, fold

MOST_FOUND = 50


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what the words find, kind by kind, in the order of the best hit of each."""
    asked = request.GET.get("q", "").strip()
    found = find(request.user, asked, limit=MOST_FOUND + 1)
    shown = found[:MOST_FOUND]
    order = list(dict.fromkeys(hit.subject.partition(":")[0] for hit in shown))
    ranked = sorted(shown, key=lambda hit: order.index(hit.subject.partition(":")[0]))
    groups = [
        (registries.kind_label(kind), list(hits))
        for kind, hits in groupby(ranked, key=lambda hit: hit.subject.partition(":")[0])
    ]
    about = {"asked": asked, "has_words": bool(fold(asked)), "groups": groups, "found": len(shown)}
    return render(request, "common/search.html", {**about, "is_more": len(found) > MOST_FOUND, "most": MOST_FOUND})


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

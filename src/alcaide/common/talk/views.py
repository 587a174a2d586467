"""Pages of what people say: the conversation of a subject with its forms, and what the forms post to."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import files, registries
from alcaide.common.about import about
from alcaide.common.models import Attachment, Comment, Tag
from alcaide.common.people import signed_in
from alcaide.common.permissions import require
from alcaide.common.rights.doors import OWN, SUBJECT, rule
from alcaide.common.search import fold

from . import services
from .mentions import NotMentioned, directory, unique_handle
from .queries import MODERATE, TALK, rights_of, said, talk_of

FILE_CAP_BYTES = 200_000_000
MOST_OFFERED = 8
UNUSABLE = (services.CommentUnusable, NotMentioned, services.MentionUnseen)


@rule(SUBJECT, write=TALK)
def talk(request: HttpRequest, on: str) -> HttpResponse:
    """Show the conversation of a subject; POST adds a comment, and keeps what was typed where it cannot stand."""
    if request.method != "POST":
        return _page(request, on)
    user = signed_in(request)
    _known(request, on)
    text = request.POST.get("text", "")
    answers = request.POST.get("reply_to", "")
    try:
        reply_to = get_object_or_404(Comment, uid=_uid(answers), on=on) if answers else None
        row = services.comment(user, on, text=text, reply_to=reply_to)
    except UNUSABLE as fault:
        return _page(request, on, typed=text, reply_to=answers, fault=str(fault))
    return _back(request, on, f"comment-{row.uid}")


@rule(OWN)
def comment_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change one's own comment."""
    row = _comment(request, uid)
    user = signed_in(request)
    if request.method != "POST":
        return _edit_page(request, row, text=row.text, version=row.version)
    text, typed = request.POST.get("text", ""), request.POST.get("version", "")
    version = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else 0
    try:
        services.change_comment(user, row, text=text, opened_version=version)
    except UNUSABLE as fault:
        return _edit_page(request, row, text=text, version=version, fault=str(fault))
    return _back(request, row.on, f"comment-{row.uid}")


@rule(MODERATE, owner=(TALK,))
@require_POST
def comment_remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Remove a comment."""
    row = _comment(request, uid)
    services.remove_comment(signed_in(request), row)
    messages.success(request, _("The comment is removed."))
    return _back(request, row.on, f"comment-{row.uid}")


@rule(TALK)
@require_POST
def talk_attach(request: HttpRequest, on: str) -> HttpResponse:
    """Attach files to a subject; each is taken or refused by itself."""
    user = signed_in(request)
    _known(request, on)
    # Asked before the file is kept, so that who may not attach leaves nothing behind.
    require(user, TALK, unit_id=about(on).unit_id)
    sent = request.FILES.getlist("file")
    if not sent:
        messages.error(request, _("Choose a file first."))
    cap = min(FILE_CAP_BYTES, settings.UPLOAD_CAP_BYTES)
    for each in sent:
        try:
            kept = files.store(each, each.name or "file", actor=user, cap_bytes=cap)
            services.attach(user, on, file=kept, name=each.name or "file")
        except (files.FileTooLarge, files.StoreUnwritable, services.AlreadyAttached) as fault:
            messages.error(request, f"“{files.clean_name(each.name or 'file')}”: {fault}")
        else:
            messages.success(request, _("“%(name)s” is attached.") % {"name": files.clean_name(each.name or "file")})
    return _back(request, on, "files")


@rule(SUBJECT)
@require_safe
def attachment(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Hand out an attached file to who may see what it hangs on."""
    row = _attachment(request, uid)
    try:
        return files.serve(row.file, name=row.name)
    except files.FileLost as fault:
        return render(request, "common/file_lost.html", {"fault": fault}, status=410)


@rule(MODERATE, owner=(TALK,))
@require_POST
def attachment_remove(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a file off its subject."""
    row = _attachment(request, uid)
    services.detach(signed_in(request), row)
    messages.success(request, _("“%(name)s” is taken off.") % {"name": row.name})
    return _back(request, row.on, "files")


@rule(TALK)
@require_POST
def talk_tag(request: HttpRequest, on: str) -> HttpResponse:
    """Put a tag on a subject."""
    _known(request, on)
    typed = request.POST.get("tag", "")
    try:
        services.tag(signed_in(request), on, name=typed)
    except services.TagUnusable as fault:
        return _page(request, on, typed_tag=typed, tag_fault=str(fault))
    return _back(request, on, "tags")


@rule(TALK)
@require_POST
def talk_untag(request: HttpRequest, on: str, uid: UUID) -> HttpResponse:
    """Take a tag off a subject."""
    _known(request, on)
    services.untag(signed_in(request), on, tag=get_object_or_404(Tag, uid=uid))
    return _back(request, on, "tags")


@rule(TALK)
@require_safe
def talk_people(request: HttpRequest, on: str) -> HttpResponse:
    """Offer whom a half-typed mention could mean, as far as they may see the subject."""
    user = signed_in(request)
    _known(request, on)
    require(user, TALK, unit_id=about(on).unit_id)
    asked = fold(request.GET.get("q", "")[:80])
    people = directory()
    fitting = [each for each in people if _fits(asked, fold(f"{each.name} {each.email.partition('@')[0]}"))]
    offered = [
        {"name": each.name, "handle": unique_handle(each, people), "email": each.email}
        for each in fitting[:MOST_OFFERED]
    ]
    return JsonResponse({"people": offered})


def _fits(asked: list[str], words: list[str]) -> bool:
    return all(any(word.startswith(each) for word in words) for each in asked)


def _page(request: HttpRequest, on: str, **typed: str) -> HttpResponse:
    known = _known(request, on)
    shown = talk_of(on, signed_in(request), before=request.GET.get("before"))
    wrong = bool(typed.get("fault") or typed.get("tag_fault"))
    about_it = {"talk": shown, "known": known, "is_own_page": True, "next_url": reverse("talk", args=[on]), **typed}
    return render(request, "common/talk/page.html", about_it, status=422 if wrong else 200)


def _edit_page(request: HttpRequest, row: Comment, **typed: Any) -> HttpResponse:
    user = signed_in(request)
    if not said(row, user, rights_of(user, about(row.on))).may_edit:
        raise Http404(_("There is no such comment of yours."))
    shown = {"row": row, "known": _known(request, row.on), **typed}
    return render(request, "common/talk/edit.html", shown, status=422 if typed.get("fault") else 200)


def _known(request: HttpRequest, on: str) -> registries.Subject:
    known = registries.subject_of(on, request.user)
    if known is None:
        raise Http404(_("There is no such record, or you may not see it."))
    return known


def _comment(request: HttpRequest, uid: UUID) -> Comment:
    row = get_object_or_404(Comment.objects.select_related("by"), uid=uid)
    _known(request, row.on)
    return row


def _attachment(request: HttpRequest, uid: UUID) -> Attachment:
    row = get_object_or_404(Attachment.objects.select_related("file", "by"), uid=uid, removed_at__isnull=True)
    _known(request, row.on)
    return row


def _back(request: HttpRequest, on: str, place: str) -> HttpResponse:
    """Go back to where the form stood: the talk's own page, or the subject's."""
    own = reverse("talk", args=[on])
    is_own = request.POST.get("next", "") == own
    return redirect(f"{own if is_own else _known(request, on).url}#{place}")


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as fault:
        raise Http404(_("There is no such comment.")) from fault


TALK_URLS: list[URLPattern] = [
    path("talk/comments/<uuid:uid>/edit/", comment_edit, name="comment-edit"),
    path("talk/comments/<uuid:uid>/remove/", comment_remove, name="comment-remove"),
    path("talk/files/<uuid:uid>/", attachment, name="attachment"),
    path("talk/files/<uuid:uid>/remove/", attachment_remove, name="attachment-remove"),
    path("talk/<str:on>/", talk, name="talk"),
    path("talk/<str:on>/attach/", talk_attach, name="talk-attach"),
    path("talk/<str:on>/tag/", talk_tag, name="talk-tag"),
    path("talk/<str:on>/tag/<uuid:uid>/remove/", talk_untag, name="talk-untag"),
    path("talk/<str:on>/people/", talk_people, name="talk-people"),
]

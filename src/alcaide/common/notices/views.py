"""Pages of notices: one's own list, how one is told, and the e-mail's state for who looks after it."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import registries
from alcaide.common.counts import Count
from alcaide.common.lists import Choice, Column, FirstDay, Listing, ListPage, Page, View
from alcaide.common.models import Letter
from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import OWN, rule

from . import letters, services
from .forms import ChooseNotices
from .kinds import kinds
from .post import fault_of_the_post, post_of_the_house
from .queries import (
    MAIL,
    MAIL_SEE,
    READ,
    dress,
    letters_in_trouble,
    letters_shown,
    notices,
    setting_of,
    show,
)

NOTICES = Listing(
    name="notices",
    label=gettext_lazy("notices"),
    rows=notices,
    columns=(
        Column("what", gettext_lazy("What"), value="shown.title", role="lead", piece="common/notices/_notice.html"),
        Column("kind", gettext_lazy("Why"), value=lambda row: _label(row.kind), role="per"),
        Column("at", gettext_lazy("When"), order="at", role="limit"),
    ),
    sort="-at",
    filters=(Choice("kind", gettext_lazy("Why"), "kind", lambda user: [(each.key, each.label) for each in kinds()]),),
    views=(View("unread", gettext_lazy("Unread"), Q(read_at__isnull=True)), View("all", gettext_lazy("All"))),
    dress=dress,
    first_day=FirstDay(
        "bell",
        gettext_lazy("Nobody has told you anything yet."),
        gettext_lazy("Mentions, comments on what you follow, and what is newly due come here."),
        ((gettext_lazy("Choose how you are told"), "notice-settings"),),
    ),
    page_size=20,
)


class Notices(ListPage):
    """One's own notices. What is said of a subject shows only while its room still names it to the reader."""

    listing = NOTICES
    permission = READ
    template = "common/notices/list.html"

    def headline(self, page: Page) -> tuple[str, str]:
        n = _unread(page).shown
        if not n:
            return _("Nothing is unread."), ""
        return ngettext("%(n)s notice is unread.", "%(n)s notices are unread.", n) % {"n": _counted(n)}, ""

    def more(self, page: Page) -> dict[str, Any]:
        marked = _moment(self.request.GET.get("marked", ""))
        user = signed_in(self.request)
        n = notices(user).filter(read_at=marked).count() if marked else 0
        return {"has_unread": bool(_unread(page)), "marked": marked if n else None, "n_marked": n}


@rule(OWN)
@require_safe
def notice_open(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Go to what a notice is about, and mark it as read."""
    user = signed_in(request)
    require(user, READ)
    row = get_object_or_404(notices(user), uid=uid)
    services.read_notices(user, only=[row.pk])
    shown = show([row], user)[row.pk]
    if shown.is_withheld:
        messages.warning(request, _("That is no longer open to you, or it is gone. The notice is marked as read."))
        return redirect("notices")
    return redirect(shown.url or "notices")


@rule(READ)
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark all as read, or those that are named; the next page offers to undo it."""
    user = signed_in(request)
    require(user, READ)
    uids = [uid for uid in request.POST.getlist("uid") if _is_uid(uid)]
    only = list(notices(user).filter(uid__in=uids).values_list("pk", flat=True)) if "uid" in request.POST else None
    n, at = services.read_notices(user, only=only)
    if not n:
        messages.info(request, _("Nothing was unread."))
        return redirect("notices")
    return redirect(f"{reverse('notices')}?{urlencode({'marked': at.isoformat()})}")


@rule(READ)
@require_POST
def notices_unread(request: HttpRequest) -> HttpResponse:
    """Undo marking as read."""
    user = signed_in(request)
    require(user, READ)
    at = _moment(request.POST.get("at", ""))
    n = services.unread_notices(user, marked_at=at) if at else 0
    messages.success(request, ngettext("%(n)s is unread again.", "%(n)s are unread again.", n) % {"n": n})
    return redirect("notices")


@rule(READ)
@require_POST
def notice_follow(request: HttpRequest, on: str) -> HttpResponse:
    """Follow a subject, or stop, and go back to its page."""
    user = signed_in(request)
    require(user, READ)
    services.follow(user, on, is_on=request.POST.get("follow") == "1")
    known = registries.subject_of(on, user)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}) and back.startswith("/")
    return redirect(back if is_ours else known.url if known else "notices")


@rule(READ)
def notice_settings(request: HttpRequest) -> HttpResponse:
    """Choose how one is told."""
    user = signed_in(request)
    require(user, READ)
    form = ChooseNotices(request.POST or None, user=user, setting=setting_of(user))
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_notices(
                user, ways=form.ways, digest_at=form.cleaned_data["digest_at"],
                time_zone=form.cleaned_data["time_zone"], opened_version=form.opened_version,
            )  # fmt: skip
        except services.ZoneUnknown as fault:
            form.add_error("time_zone", str(fault))
        else:
            messages.success(request, _("Saved."))
            return redirect("notice-settings")
    post = post_of_the_house()
    shown = {"form": form, "post": post, "may_see_mail": scope_of(user).allows(MAIL_SEE), "address": user.email}
    return render(request, "common/notices/settings.html", shown, status=422 if form.errors else 200)


@rule(MAIL_SEE, write=MAIL, reach="any")
def notice_mail(request: HttpRequest) -> HttpResponse:
    """Show whether e-mail goes out, and which letters did not; POST sends one to try it."""
    user = signed_in(request)
    require(user, MAIL_SEE)
    if request.method == "POST":
        try:
            letters.send_trial(user)
        except letters.MailIsOff as fault:
            messages.error(request, str(fault))
        else:
            messages.success(request, _("A letter to %(to)s is on its way.") % {"to": user.email})
        return redirect("notice-mail")
    shown = {
        "post": post_of_the_house(), "fault": fault_of_the_post(), "letters": letters_shown(),
        "trouble": letters_in_trouble().count(), "may_mend": scope_of(user).allows(MAIL),
    }  # fmt: skip
    return render(request, "common/notices/mail.html", shown)


@rule(MAIL, reach="any")
@require_POST
def letter_again(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send a letter again that failed or perhaps did not arrive."""
    user = signed_in(request)
    require(user, MAIL)
    try:
        letters.send_again(user, get_object_or_404(Letter, uid=uid))
    except letters.MailIsOff as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("It will be tried again at once."))
    return redirect("notice-mail")


def _unread(page: Page) -> Count:
    """Return the number that the page's own view of unread ones shows."""
    return page.tabs[0].count or Count(0)


def _label(key: str) -> str:
    return next((str(each.label) for each in kinds() if each.key == key), key)


def _counted(n: int) -> str:
    return _("99 or more") if n >= 99 else str(n)


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


NOTICE_URLS: list[URLPattern] = [
    path("notices/", Notices.as_view(), name="notices"),
    path("notices/read/", notices_read, name="notices-read"),
    path("notices/unread/", notices_unread, name="notices-unread"),
    path("notices/settings/", notice_settings, name="notice-settings"),
    path("notices/mail/", notice_mail, name="notice-mail"),
    path("notices/mail/<uuid:uid>/again/", letter_again, name="letter-again"),
    path("notices/follow/<str:on>/", notice_follow, name="notice-follow"),
    path("notices/<uuid:uid>/", notice_open, name="notice"),
]

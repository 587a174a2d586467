"""`{% load talk %}`: what people say of a record (`{% talk row %}`), and the bell (`{% bell %}`)."""

from typing import Any

from django import template
from django.template import RequestContext

from alcaide.common import registries
from alcaide.common.models import User
from alcaide.common.notices import queries as notices
from alcaide.common.permissions import scope_of
from alcaide.common.talk.queries import talk_of

register = template.Library()


@register.inclusion_tag("common/talk/_talk.html", takes_context=True)
def talk(context: RequestContext, row: Any) -> dict[str, Any]:
    """Show the comments, files and tags of a record, what is due of it, and the follow button.

    `row` is a record or a subject string. Nothing shows where the subject's room does not name it to the reader.
    """
    request: Any = context.get("request")
    user = getattr(request, "user", None)
    subject = row if isinstance(row, str) else row.subject
    known = registries.subject_of(subject, user) if isinstance(user, User) else None
    if known is None:
        return {}
    shown = talk_of(subject, user)  # type: ignore[arg-type]  # who is named a subject is a user
    return {
        "request": request,
        "talk": shown,
        "known": known,
        "next_url": known.url,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("common/notices/_bell.html", takes_context=True)
def bell(context: RequestContext) -> dict[str, Any]:
    """Show how many notices are unread. One query, and only on a whole page."""
    user = getattr(context.get("request"), "user", None)
    if not isinstance(user, User) or not scope_of(user).allows(notices.READ):
        return {"is_off": True}
    unread = notices.unread(user)
    return {"unread": unread, "unread_words": f"{unread.shown}+" if unread.capped else str(unread.shown)}

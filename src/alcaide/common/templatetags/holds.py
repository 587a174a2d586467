"""`{% load holds %}{% held row %}`: which legal holds keep a record, for whoever may see holds."""

from typing import Any

from django import template
from django.template import RequestContext
from django.urls import reverse

from alcaide.common.holds.queries import holds_keeping
from alcaide.common.models import Hold, User

register = template.Library()


@register.inclusion_tag("common/holds/_held.html", takes_context=True)
def held(context: RequestContext, row: Any) -> dict[str, Any]:
    """Say which holds keep a record. Others read nothing here, and it costs them no query."""
    user = getattr(context.get("request"), "user", None)
    found = holds_keeping(row, user) if isinstance(user, User) else []
    uids = dict(Hold.objects.filter(pk__in=[each.pk for each in found]).values_list("pk", "uid")) if found else {}
    return {"holds": [(each, reverse("hold", args=[uids[each.pk]])) for each in found]}

"""`{% load asof %}{% as_of_field row %}`: the field that leads to a record as it was, for whoever may read its past."""

from typing import Any

from django import template
from django.template import RequestContext
from django.urls import reverse

from alcaide.common.asof import kinds, moments
from alcaide.common.models import Record

register = template.Library()


@register.inclusion_tag("common/asof/_field.html", takes_context=True)
def as_of_field(context: RequestContext, row: Any) -> dict[str, Any]:
    """Offer the field where the trail tells of the kind. It costs no query of its own."""
    user = getattr(context.get("request"), "user", None)
    if not isinstance(row, Record):
        return {}
    kind = kinds.kind_of(row.subject)
    if kind is None or (kind.lets is not None and not kind.lets(user, row)):
        return {}
    return {"url": reverse("as-of", args=[row.subject]), "latest": moments.latest()}

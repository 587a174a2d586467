"""What the pages of signing in need beside the house's own tags."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse

from alcaide.common.models import IdentityProvider, User
from alcaide.common.signing.middleware import HAS_FACTOR
from alcaide.common.signing.queries import must_set_factor
from alcaide.common.signing.words import how_in_words

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON; the template escapes it, so it may stand in any element."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def how_words(how: str) -> str:
    """Return how a sign-in proved itself, in words."""
    return how_in_words(how)


@register.simple_tag
def vouching() -> list[dict[str, str]]:
    """Return the systems through which people may sign in: their names and addresses."""
    rows = IdentityProvider.objects.filter(is_on=True).values_list("kind", "slug", "name")
    doors = {IdentityProvider.Kind.OIDC: "openid_connect_login", IdentityProvider.Kind.SAML: "saml_login"}
    return [
        {"name": name, "url": reverse(doors[IdentityProvider.Kind(kind)], args=[slug])} for kind, slug, name in rows
    ]


@register.simple_tag(takes_context=True)
def lacks_factor(context: dict[str, Any]) -> bool:
    """Tell whether the reader must set up a second factor before the rest of the house opens."""
    request = context["request"]
    user = request.user
    return isinstance(user, User) and not request.session.get(HAS_FACTOR) and must_set_factor(user)

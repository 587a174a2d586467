"""What the pages of signing in need beside the house's own tags."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON; the template escapes it, so it may stand in any element."""
    return json.dumps(value, cls=DjangoJSONEncoder)

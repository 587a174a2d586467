"""Where somebody stands at the door."""

from allauth.core.internal.httpkit import get_client_ip
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from alcaide.common.signing.devices import in_words
from alcaide.common.signing.services import Place


def place_of(request: HttpRequest) -> Place:
    """Return the network address and the device of a request; a proxy's word counts only where one is configured."""
    try:
        address = get_client_ip(request)
    except ImproperlyConfigured:
        # Somebody reached the house past its own proxies.
        address = request.META.get("REMOTE_ADDR")
    return Place(address or None, in_words(request.META.get("HTTP_USER_AGENT", "")))

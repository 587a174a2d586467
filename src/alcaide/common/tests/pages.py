"""Addresses for this room's page tests: the house's own, and a home page where no room above is asked."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path


def home(request: HttpRequest) -> HttpResponse:
    """Stand in for the home page, which a room far above draws."""
    return HttpResponse("home")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("", include("alcaide.project.urls")),
]

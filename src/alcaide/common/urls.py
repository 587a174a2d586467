"""Addresses of the shared room."""

from django.urls import URLPattern, URLResolver, path

from alcaide.common import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", views.search, name="search"),
    path("files/<uuid:uid>/", views.file, name="file"),
]

"""Addresses of the shared room."""

from django.urls import URLPattern, URLResolver, path

from alcaide.common import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", views.search, name="search"),
    path("trail/", views.Trail.as_view(), name="trail"),
    path("files/<uuid:uid>/", views.file, name="file"),
]

"""Addresses of the room threats."""

from django.urls import path

from alcaide.threats import views

urlpatterns = [
    path("", views.feed_list, name="threats"),
    path("new/", views.feed_new, name="feed-new"),
    path("<uuid:uid>/", views.feed_page, name="feed"),
]

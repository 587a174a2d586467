"""Addresses of the room risk."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

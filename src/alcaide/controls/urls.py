"""Addresses of the room controls."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of the room assets."""

from django.urls import path

from alcaide.assets import views

urlpatterns = [
    path("", views.asset_list, name="assets"),
    path("new/", views.asset_new, name="asset-new"),
    path("places/", views.place_tree, name="places"),
    path("places/new/", views.place_new, name="place-new"),
    path("<uuid:uid>/", views.asset_page, name="asset"),
    path("<uuid:uid>/edit/", views.asset_edit, name="asset-edit"),
    path("<uuid:uid>/retire/", views.asset_retire, name="asset-retire"),
    path("<uuid:uid>/worth/", views.worth_new, name="asset-worth"),
    path("<uuid:uid>/names/", views.identifier_new, name="asset-identifier"),
    path("<uuid:uid>/needs/", views.need_new, name="asset-need"),
    path("<uuid:uid>/needs/<uuid:need>/remove/", views.need_remove, name="asset-need-remove"),
]

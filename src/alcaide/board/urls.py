"""Addresses of the room board."""

from django.urls import path

from alcaide.board import views

urlpatterns = [
    path("", views.home_page, name="home"),
    path("decide/", views.decide_page, name="decide"),
    path("board/", views.board_page, name="board"),
    path("board/packs/", views.print_pack, name="pack-print"),
    path("board/packs/<uuid:uid>/", views.pack_file, name="pack"),
    path("board/plans/<uuid:uid>/", views.decide_plan, name="decide-plan"),
]

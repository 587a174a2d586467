"""Addresses of the room board."""

from django.urls import path

from alcaide.board import views, views_agenda

urlpatterns = [
    path("", views.home_page, name="home"),
    path("decide/", views_agenda.decide_page, name="decide"),
    path("decide/<str:key>/later/", views_agenda.snooze_page, name="snooze"),
    path("decide/<str:key>/hand-on/", views_agenda.delegate_page, name="delegate"),
    path("decide/rests/<uuid:uid>/", views_agenda.wake, name="wake"),
    path("decide/handed/<uuid:uid>/take-back/", views_agenda.take_back, name="take-back"),
    path("decide/handed/<uuid:uid>/hand-back/", views_agenda.decline_page, name="decline"),
    path("changed/", views_agenda.changed_page, name="changed"),
    path("board/", views.board_page, name="board"),
    path("board/packs/", views.print_pack, name="pack-print"),
    path("board/packs/<uuid:uid>/", views.pack_file, name="pack"),
    path("board/plans/<uuid:uid>/", views.decide_plan, name="decide-plan"),
]

"""Addresses of the room board."""

from django.urls import path

from alcaide.board import views, views_agenda, views_audit, views_year

urlpatterns = [
    path("", views.home_page, name="home"),
    path("decide/", views_agenda.decide_page, name="decide"),
    path("decide/<str:key>/later/", views_agenda.snooze_page, name="snooze"),
    path("decide/<str:key>/hand-on/", views_agenda.delegate_page, name="delegate"),
    path("decide/rests/<uuid:uid>/", views_agenda.wake, name="wake"),
    path("decide/handed/<uuid:uid>/take-back/", views_agenda.take_back, name="take-back"),
    path("decide/handed/<uuid:uid>/hand-back/", views_agenda.decline_page, name="decline"),
    path("changed/", views_agenda.changed_page, name="changed"),
    path("year/", views_year.year_page, name="year"),
    path("year/missed/", views_year.missed_page, name="year-missed"),
    path("year/move/<str:on>/<str:what>/", views_year.move_page, name="year-move"),
    path("year/missed/<str:on>/<str:what>/", views_year.why_page, name="year-why"),
    path("year/proposed/<uuid:uid>/", views_year.answer_page, name="year-answer"),
    path("year/proposed/<uuid:uid>/withdraw/", views_year.withdraw, name="year-withdraw"),
    path("year/quiet/", views_year.quiet_page, name="year-quiet"),
    path("year/quiet/<uuid:uid>/end/", views_year.quiet_end, name="year-quiet-end"),
    path("year/calendar/", views_year.feed_page, name="year-calendar"),
    path("year/feed/<str:secret>.ics", views_year.feed, name="year-feed"),
    path("audit/", views_audit.audit_page, name="audit"),
    path("audit/audit.csv", views_audit.audit_file, name="audit-file"),
    path("audit/verify/", views_audit.verify, name="audit-verify"),
    path("board/", views.board_page, name="board"),
    path("board/packs/", views.print_pack, name="pack-print"),
    path("board/packs/<uuid:uid>/", views.pack_file, name="pack"),
    path("board/plans/<uuid:uid>/", views.decide_plan, name="decide-plan"),
]

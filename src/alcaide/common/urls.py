"""Addresses of the shared room."""

from django.urls import URLPattern, URLResolver, include, path

from alcaide.common import picking, views
from alcaide.common.asof.views import AS_OF_URLS
from alcaide.common.eyes.views import EYES_URLS
from alcaide.common.holds.views import HOLD_URLS
from alcaide.common.lists.bulk import undo
from alcaide.common.monitors.views_names import MONITOR_URLS
from alcaide.common.notices.views import NOTICE_URLS
from alcaide.common.offline import views as offline_views
from alcaide.common.retention.views import RETENTION_URLS
from alcaide.common.rights.views import RIGHTS_URLS
from alcaide.common.talk.views import TALK_URLS
from alcaide.common.talk.views_tags import TAG_URLS
from alcaide.common.walls.views import WALL_URLS

urlpatterns: list[URLPattern | URLResolver] = [
    path("sw.js", offline_views.service_worker, name="service-worker"),
    path("offline/", offline_views.offline, name="offline"),
    path("offline/waiting/", offline_views.waiting, name="offline-waiting"),
    path("account/sending/", offline_views.token, name="offline-token"),
    path("search/", views.search, name="search"),
    path("names/<str:kind>/", picking.names, name="names"),
    path("search/bar/", views.command, name="command"),
    path("undo/<uuid:uid>/", undo, name="undo"),
    path("trail/", views.Trail.as_view(), name="trail"),
    path("files/<uuid:uid>/", views.file, name="file"),
    path("imports/", include("alcaide.common.sheets.urls")),
    *AS_OF_URLS,
    *HOLD_URLS,
    *EYES_URLS,
    *MONITOR_URLS,
    *NOTICE_URLS,
    *RETENTION_URLS,
    *RIGHTS_URLS,
    *TALK_URLS,
    *TAG_URLS,
    *WALL_URLS,
]

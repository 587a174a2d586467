"""Every address of the house; each room keeps its own list."""

from django.urls import include, path

from alcaide.common.views_jobs import JOB_URLS
from alcaide.project import rules, views, views_backup, views_tls

rules.declare_all()
urlpatterns = [
    path("", include("alcaide.project.signing.urls")),
    path("theme/", views.choose_theme, name="theme"),
    path("authority/", views_tls.authority, name="authority"),
    path("authority/alcaide-authority.crt", views_tls.authority_file, name="authority-file"),
    path("house/backups/", views_backup.backups, name="backups"),
    path("house/backups/now/", views_backup.backup_now, name="backup-now"),
    path("house/backups/rehearse/", views_backup.rehearse_now, name="rehearse-now"),
    path("health", views.health, name="health"),
    path("organization/", include("alcaide.organization.urls")),
    path("assets/", include("alcaide.assets.urls")),
    path("exposure/", include("alcaide.exposure.urls")),
    path("threats/", include("alcaide.threats.urls")),
    path("risk/", include("alcaide.risk.urls")),
    path("measures/", include("alcaide.controls.urls")),
    path("", include("alcaide.common.urls")),
    path("", include(JOB_URLS)),
    path("", include("alcaide.board.urls")),
]
handler400 = "alcaide.project.views.bad_request"
handler403 = "alcaide.project.views.refused"
handler404 = "alcaide.project.views.not_found"
handler500 = "alcaide.project.views.failed"

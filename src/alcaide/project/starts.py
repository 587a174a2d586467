"""What the command bar can begin, across the rooms: each opens a page that asks for the rest."""

from django.utils.translation import gettext_lazy as _

from alcaide.assets.models import CHANGE as CHANGE_ASSETS
from alcaide.common.registries import Start
from alcaide.controls.models import CHANGE as CHANGE_MEASURES
from alcaide.exposure.models import TAKE_IN
from alcaide.organization.models import CHANGE as CHANGE_UNITS
from alcaide.organization.models import GRANT, SET_APPETITE
from alcaide.risk.models import ESTIMATE
from alcaide.threats.models import TAKE_IN as TAKE_IN_FEEDS

STARTS = (
    Start(_("Bring in a scan or report"), "report-new", "file-import", "upload nessus nmap trivy sarif", TAKE_IN),
    Start(_("Import a sheet"), "import-new", "file-spreadsheet", "csv xlsx excel upload", CHANGE_UNITS),
    Start(_("Add an asset"), "asset-new", "plus", "new host server data", CHANGE_ASSETS),
    Start(_("Add a place"), "place-new", "map-pin", "new site building room", CHANGE_ASSETS),
    Start(_("Tell a scenario"), "scenario-new", "chart-line", "new add risk estimate", ESTIMATE),
    Start(_("Propose a measure"), "measure-new", "target", "new add control", CHANGE_MEASURES),
    Start(_("Bring in a threat feed"), "feed-new", "radar-2", "upload kev epss", TAKE_IN_FEEDS),
    Start(_("Add a person"), "person-new", "user-plus", "new employee joiner", CHANGE_UNITS),
    Start(_("Add a unit"), "unit-new", "hierarchy", "new department plant company", CHANGE_UNITS),
    Start(_("Grant a role"), "grant-new", "key", "permission access right", GRANT),
    Start(_("Set the appetite"), "appetite-new", "adjustments", "limit tolerance", SET_APPETITE),
    Start(_("Choose how you are told"), "notice-settings", "bell", "notifications mail digest settings"),
)

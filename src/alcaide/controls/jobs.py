"""A look once a day at measures of which a test became overdue, so that the figures count what still holds."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common.changes import note_change
from alcaide.common.jobs import Progress, every, job
from alcaide.common.trail import writing

from .models import Measure
from .services import ROOM

DRIFT = "controls.drift"
# A house that slept for days still sees each of them; a change that is told twice costs the figures only a look.
LOOK_BACK = timedelta(days=31)


@job(DRIFT, again=True)
def look_for_drift(_progress: Progress) -> str:
    """Tell the rooms above of each measure of which a test became overdue. Safe to do twice."""
    n = tell_of_drift()
    return (
        ngettext("%(n)s test is overdue.", "%(n)s tests are overdue.", n) % {"n": n} if n else _("No test is overdue.")
    )


def tell_of_drift() -> int:
    """Note a change of each measure of which a test became overdue of late; return how many."""
    today = timezone.localdate()
    late = list(Measure.objects.filter(state="in_place", test_due_on__lt=today, test_due_on__gte=today - LOOK_BACK))
    with writing():
        for measure in late:
            note_change(ROOM, measure.subject)
    return len(late)


def keep_looking() -> None:
    """Look each night. Called from `AppConfig.ready`."""
    every(DRIFT, function=look_for_drift, at="00:20", about=_("Look for tests of measures that are overdue"), key=DRIFT)

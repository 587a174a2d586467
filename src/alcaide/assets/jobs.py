"""What this room does in the background."""

from django.utils.translation import gettext

from alcaide.common.jobs import Progress, job
from alcaide.common.trail import System

from .services import weigh_all
from .services.weighing import WEIGH

HOUSE = System("assets")


@job(WEIGH, again=True)
def weigh(progress: Progress) -> str:
    """Weigh every asset anew: what falls with it, and which information it handles."""
    progress.check_cancel()
    done = weigh_all(HOUSE)
    return gettext("%(assets)s assets weighed, %(changed)s figures changed.") % {
        "assets": f"{done.assets:,}", "changed": f"{done.criticality + done.classes:,}",
    }  # fmt: skip

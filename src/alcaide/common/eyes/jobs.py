"""What repeats: questions that nobody answered in time end."""

from django.utils.translation import gettext as _

from alcaide.common.jobs import Progress, every, job

from .services import expire

EXPIRE = "eyes.expire"
LOOK_S = 3_600


@job(EXPIRE, again=True)
def expire_all(progress: Progress) -> str:
    """End what nobody answered in time, and stand-ins whose last day is over."""
    progress.check_cancel()
    return _("%(n)s questions expired") % {"n": expire()}


def repeat() -> None:
    """Declare what repeats. Called from `AppConfig.ready`."""
    every(EXPIRE, function=expire_all, seconds=LOOK_S, about=_("Questions that nobody answered in time"))

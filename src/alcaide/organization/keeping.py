"""How long this room proposes to keep what it knows of people."""

from django.utils.translation import gettext_lazy as _

from alcaide.common.retention.declared import Rule, offer_rule
from alcaide.organization.models import Person
from alcaide.organization.services import former


def offer() -> None:
    """Declare the room's classes of data. Called from `AppConfig.ready`."""
    offer_rule(
        Rule(
            former.RULE, _("People who left"),
            _("Names, addresses and personnel numbers of who left. What they did stays, under a number."),
            Person._meta.label, former.former, _("the last day of work"), 1095,
            _("To answer questions and claims after somebody left."),
            _("Our own proposal, after the usual limitation of claims of three years (for example § 195 of the German "
              "Civil Code). No law sets this number for a security system; keep what your law asks longer."),
            then="erase", link="https://www.gesetze-im-internet.de/bgb/__195.html", fields=former.nameless,
            also=former.forget_people, along=("common.User", "common.TrailValue"),
        )
    )  # fmt: skip

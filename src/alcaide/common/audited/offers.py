"""What the shared room offers to the auditor's page, in the order of the page."""

from django.utils.translation import gettext_lazy as _

from alcaide.common.registries import offer_audit

from . import acts, anchor, doors, records


def offer_audited() -> None:
    """Offer the parts. Called from `AppConfig.ready`."""
    offer_audit("trail", _("The trail"), anchor.trail)
    offer_audit("overrides", _("Applied by one person alone"), acts.overrides)
    offer_audit("emergencies", _("Emergency access"), acts.emergencies)
    offer_audit("attempts", _("Tried to answer their own question"), acts.attempts)
    offer_audit("together", _("Answered by a second person"), acts.together)
    offer_audit("exports", _("Taken out of the house"), records.exports)
    offer_audit("holds", _("Legal holds"), records.holds)
    offer_audit("purges", _("Purged"), records.purges)
    offer_audit("sign_ins", _("Refused at the door"), doors.sign_ins)
    offer_audit("settings", _("Settings changed"), doors.settings)
    offer_audit("lists", _("Lists brought in"), records.lists)

"""What may be done in this room, and by which roles."""

from alcaide.common.permissions import (
    ADMINISTRATOR,
    ANALYST,
    AUDITOR,
    CHIEF,
    COMPLIANCE,
    COUNSEL,
    DPO,
    EXECUTIVE,
    HEAD,
    ROLES,
    SITE_MANAGER,
    permit,
)

SEE = permit("organization.see", "See units and people", *ROLES.values())
CHANGE = permit("organization.change", "Change units and people", CHIEF)
GRANT = permit("organization.grant", "Grant roles", CHIEF, ADMINISTRATOR)
MAKE_ROLES = permit("organization.make_roles", "Make roles of the house's own", CHIEF, ADMINISTRATOR)
SEE_RIGHTS = permit("organization.see_rights", "See who may do what", CHIEF, AUDITOR, DPO, ADMINISTRATOR)
SET_APPETITE = permit("organization.set_appetite", "Set the appetite", CHIEF, EXECUTIVE)
SEE_FACTS = permit(
    "organization.see_facts", "See facts and rates",
    CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR, COMPLIANCE, SITE_MANAGER, COUNSEL, DPO,
)  # fmt: skip
# Licences and absences are about named people: their chief and head see them, colleagues do not.
SEE_STAFF = permit("organization.see_staff", "See qualifications and absences", CHIEF, HEAD)
CHANGE_STAFF = permit("organization.change_staff", "Change qualifications and absences", CHIEF, HEAD)

# Acts that need a second person.
APPETITE = "organization.appetite"
WHOLE_LIST = "organization.whole_list"

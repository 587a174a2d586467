"""What may be done in this room, and by which roles."""

from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, EMPLOYEE, EXECUTIVE, HEAD, permit

SEE = permit("organization.see", "See units and people", CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR, EMPLOYEE)
CHANGE = permit("organization.change", "Change units and people", CHIEF)
GRANT = permit("organization.grant", "Grant roles", CHIEF)
SET_APPETITE = permit("organization.set_appetite", "Set the appetite", CHIEF, EXECUTIVE)
SEE_FACTS = permit("organization.see_facts", "See facts and rates", CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR)
# Licences and absences are about named people: their chief and head see them, colleagues do not.
SEE_STAFF = permit("organization.see_staff", "See qualifications and absences", CHIEF, HEAD)
CHANGE_STAFF = permit("organization.change_staff", "Change qualifications and absences", CHIEF, HEAD)

# Acts that need a second person.
APPETITE = "organization.appetite"
WHOLE_LIST = "organization.whole_list"

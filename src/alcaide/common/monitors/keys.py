"""The permissions of monitors; those of unmasking are declared with each monitor."""

from alcaide.common.permissions import (
    AUDITOR,
    CHIEF,
    COMPLIANCE,
    COUNSEL,
    DPO,
    ROLES,
    WORKS_COUNCIL,
    permit,
)

SEE = permit("monitors.see", "See the register of monitors", *ROLES.values())
SEE_USE = permit(
    "monitors.see_use", "See who looked at monitored streams, and whose name was asked for",
    CHIEF, COMPLIANCE, AUDITOR, COUNSEL, DPO, WORKS_COUNCIL,
)  # fmt: skip
RECORD = permit("monitors.record", "Record a monitor for a unit, and switch it off", CHIEF, COMPLIANCE)
COUNCIL_AGREES = permit(
    "monitors.council_agrees", "Agree to a monitor for the works council", WORKS_COUNCIL, takes_two=True
)
DPO_AGREES = permit("monitors.dpo_agrees", "Agree to a monitor where there is no works council", DPO, takes_two=True)
STOP = permit("monitors.stop", "Switch a monitor off", CHIEF, COMPLIANCE, DPO, WORKS_COUNCIL)
REMARK = permit("monitors.remark", "Remark on a monitor", WORKS_COUNCIL, DPO)
AGREE_COUNCIL, AGREE_DPO = "monitors.agree.council", "monitors.agree.dpo"
KIND = "monitors"

"""Who may do what with risk, and what a range can rest on."""

from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, COMPLIANCE, EXECUTIVE, HEAD, permit

SEE = permit(
    "risk.see", "See scenarios and figures",
    CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR, COMPLIANCE,
)  # fmt: skip
ESTIMATE = permit("risk.estimate", "Estimate scenarios", CHIEF, ANALYST)
RUN = permit("risk.run", "Compute the figures", CHIEF, ANALYST)

ASK = permit("risk.ask", "Ask that a risk be tolerated", CHIEF, ANALYST, HEAD)
ACCEPT = permit("risk.accept", "Agree that a risk is tolerated", CHIEF, EXECUTIVE, HEAD)
ACCEPT_ABOVE = permit("risk.accept_above", "Agree to a risk above the appetite", CHIEF, EXECUTIVE)

# Acts that need a second person.
ACCEPTANCE = "risk.acceptance"
ACCEPTANCE_ABOVE = "risk.acceptance_above"

BASES = [("measured", "measured"), ("sector", "sector"), ("judgement", "judgement")]

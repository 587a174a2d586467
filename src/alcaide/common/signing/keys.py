"""The permissions of signing in."""

from alcaide.common.permissions import ROLES, permit

# Whoever runs the installation sets how people sign in; where no such role is declared, the chief does.
_RUNS = [ROLES[key] for key in ("chief", "administrator") if key in ROLES]
SEE_SIGN_INS = permit("house.see_sign_ins", "See who signed in", *_RUNS, ROLES["auditor"])
SET_SIGN_IN = permit("house.set_sign_in", "Set how people sign in", *_RUNS)
REVIEW_BREAK_GLASS = permit("house.review_break_glass", "Review emergency access", *_RUNS, ROLES["auditor"])

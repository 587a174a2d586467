"""The permissions of signing in."""

from alcaide.common.permissions import AUDITOR, CHIEF, permit

SEE_SIGN_INS = permit("house.see_sign_ins", "See who signed in", CHIEF, AUDITOR)
SET_SIGN_IN = permit("house.set_sign_in", "Set how people sign in", CHIEF)

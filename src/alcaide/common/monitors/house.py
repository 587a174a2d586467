"""The monitors of the shared room itself: reading the log of the door by person."""

from ipaddress import ip_address, ip_network
from typing import Any

from django.utils.translation import gettext_lazy as _

from .declared import Monitor
from .declaring import declare

NETWORKS = {4: 16, 6: 32}
"""Bits of an address that are shown, by its version."""


def network(address: Any) -> str:
    """Return the network of an address, wide enough that it is no single person's.

    >>> network("203.0.113.77")
    '203.0.0.0/16'
    """
    if not address:
        return ""
    found = ip_address(str(address))
    return str(ip_network((found, NETWORKS[found.version]), strict=False))


SIGN_INS = Monitor(
    key="sign_ins",
    label=_("Sign-in log"),
    watches=_("When each person signed in, proved themselves, was refused or signed out, how, and from where."),
    model="common.SignInLine",
    fields={
        "user": _("who"), "email": _("e-mail address that was typed"), "what": _("what happened"),
        "how": _("by which way"), "at": _("when"), "address": _("network address"), "device": _("browser and system"),
    },
    shown=("what", "how", "at", "device"),
    coarse={"address": network},
    purpose=_("To find misuse of sign-ins, and to clear up an incident."),
    does_not=(
        _("It does not measure working hours, presence or performance."),
        _("It does not see what somebody reads or writes after signing in."),
        _("It does not follow anybody outside this house."),
    ),
    legal=_(
        "Keeping the log secures the processing (Article 32 GDPR). Reading it person by person can monitor conduct: "
        "in many countries the works council must agree first, such as under § 87(1) no. 6 of the German Works "
        "Constitution Act (BetrVG)."
    ),
    retention_days=180,
    always=_(
        "The door itself needs it: lock-outs, emergency access, and showing people their own sign-ins. "
        "Only reading it about others is the monitor."
    ),
    read_at="sign-ins",
)  # fmt: skip


def declare_house() -> None:
    """Declare the monitors of the shared room. Called from `AppConfig.ready`."""
    declare(SIGN_INS)

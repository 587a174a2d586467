"""The rules of addresses whose views are Django's own or open to strangers."""

from alcaide.common.rights.doors import OPEN, OWN, Rule, declare


def declare_all() -> None:
    """Declare them, once the addresses are read."""
    declare(
        Rule((OPEN,), (OPEN,)),
        "sign-in", "sign-in-link", "theme", "health", "authority", "authority-file",
    )  # fmt: skip
    declare(Rule((OWN,), (OWN,)), "password", "sign-out")

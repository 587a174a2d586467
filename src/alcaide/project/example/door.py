"""What the example organization asks of those who sign in: nothing more than a link, so that one can look around."""

from alcaide.common.signing.providers import set_rules
from alcaide.common.signing.queries import rules_now
from alcaide.common.trail import System


def open_to_look(actor: System) -> None:
    """Ask nobody for a second factor. A house of one's own asks whoever can do most; here there is nothing to guard."""
    set_rules(actor, second_factor_roles=[], opened_version=rules_now().version)

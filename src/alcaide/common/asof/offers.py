"""What this mechanism knows of the shared room's own records, and which verbs change no record."""

from django.utils.translation import gettext_lazy as _

from alcaide.common.asof.kinds import Trailed, Was, offer, offer_beside
from alcaide.common.models import Hold, RetentionRule

# Verbs of mechanisms that write lines about any record.
BESIDE = (
    "comment", "attach_file", "remove_file", "tag", "untag", "tag_many", "follow", "unfollow", "try_own_answer",
    "snooze", "wake", "delegate", "declined", "taken_back", "move_date", "propose_day", "move_as_proposed",
    "decline_day", "withdraw_day", "say_why_missed", "ask_retention", "answer_retention",
    "add_custodian", "add_to_hold", "tell_custodian", "acknowledge_hold", "decline_hold", "record_acknowledgement",
    "remind_custodian", "export_hold",
)  # fmt: skip


def offer_as_of_own() -> None:
    """Offer them when the house starts."""
    offer_beside(*BESIDE)
    offer(_hold(), _rule())


def _hold() -> Trailed:
    return Trailed(
        Hold,
        verbs=("draft_hold", "change_hold", "drop_hold", "place_hold", "ask_release", "refuse_release", "keep_hold",
               "release_hold"),
        fixed=("number", "opened_by"),
        followed=("matter", "ground", "ground_text", "notice", "kinds", "from_on", "until_on", "remind_days", "state",
                  "placed_by", "placed_at"),
        quiet=dict.fromkeys(
            ("release_asked_by", "release_asked_at", "release_why", "released_by", "released_at"),
            _("told in the history, not field by field"),
        ),
        says={"place_hold": {"placed_by": Was(None), "placed_at": Was(None)}},
    )  # fmt: skip


def _rule() -> Trailed:
    return Trailed(
        RetentionRule, verbs=("adopt_retention", "stop_retention", "review_retention"), makes=(),
        followed=("state", "days", "owner"), fixed=("key",),
        quiet={
            "label": _("written by each version of the program"),
            **dict.fromkeys(("purpose", "reviewed_on", "adopted_at"), _("told in the history, not field by field")),
        },
        says={"stop_retention": {"state": Was("adopted", "stopped")}},
    )  # fmt: skip

"""Two pairs of eyes: who asks does not answer. One gate for every act that needs a second person."""

from .acts import FLAGS, Act, Change, act_of, acts, offer
from .gate import Passed, SamePerson, gate
from .people import Others, People, provide_people
from .rights import answerable, answers_at, may_answer, others_who_may, stand_ins_of
from .services import (
    AlreadyAsked,
    Expired,
    EyesRefused,
    answer,
    approve,
    ask,
    end_stand_in,
    override,
    refuse,
    review,
    stand_in,
    withdraw,
)

__all__ = [
    "FLAGS",
    "Act",
    "AlreadyAsked",
    "Change",
    "Expired",
    "EyesRefused",
    "Others",
    "Passed",
    "People",
    "SamePerson",
    "act_of",
    "acts",
    "answer",
    "answerable",
    "answers_at",
    "approve",
    "ask",
    "end_stand_in",
    "gate",
    "may_answer",
    "offer",
    "others_who_may",
    "override",
    "provide_people",
    "refuse",
    "review",
    "stand_in",
    "stand_ins_of",
    "withdraw",
]

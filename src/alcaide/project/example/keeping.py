"""The example's legal hold, its rules of retention, and a first run with its ledger."""

from datetime import timedelta

from django.utils import timezone

from alcaide.common.holds import services as holds
from alcaide.common.models import HoldCustodian, Notice, RetentionRule, User
from alcaide.common.retention import services as retention

from .content import content
from .estate import HOUSE


def keep(chief: User, staff: list[User]) -> None:
    """Place the hold, adopt the rules, and carry them out once."""
    told = content("keeping")
    _place(told["hold"], chief, staff)
    retention.register()
    for each in told["adopted"]:
        asked = retention.ask(HOUSE, _rule(each["key"]), days=each["days"], why=each["why"], owner=chief)
        retention.answer(chief, asked, agree=True)
    old = told["old"]
    custodian = staff[told["hold"]["custodians"][0]]
    at = timezone.now() - timedelta(days=old["days_back"])
    whose = [chief] * old["of_chief"] + [custodian] * old["of_custodian"]
    Notice.objects.bulk_create(Notice(user=user, kind="house", words=old["words"], at=at, read_at=at) for user in whose)
    retention.run_all(HOUSE)
    for each in told["asked"]:
        retention.ask(HOUSE, _rule(each["key"]), days=each["days"], why=each["why"])


def _place(told: dict, chief: User, staff: list[User]) -> None:
    named = [staff[place] for place in told["custodians"]]
    hold = holds.draft(
        chief, matter=told["matter"], ground=told["ground"], ground_text=told["ground_text"],
        notice=told["notice"].strip(), from_on=timezone.localdate() - timedelta(days=told["days_back"] + 200),
        custodians=[user.person.subject for user in named],
    )  # fmt: skip
    holds.place(chief, hold)
    for place in told["acknowledged"]:
        holds.acknowledge(staff[place], HoldCustodian.objects.get(hold=hold, user=staff[place]))


def _rule(key: str) -> RetentionRule:
    return RetentionRule.objects.get(key=key)

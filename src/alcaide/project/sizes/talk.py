"""What people say of things: tags, comments with who follows, notices."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from alcaide.assets.models import Asset
from alcaide.common.models import Comment, Follow, Notice, Tag, Tagging, User
from alcaide.common.talk.services import fold_tag
from alcaide.exposure.models import Finding

from .estate import Thing
from .making import Making, next_id

TAGS = (
    "audit 2026", "crown jewels", "to be replaced", "insurer asked", "leased", "test bench", "cold chain", "VIP",
    "shared account", "no agent", "contractor", "GDPR", "winter check", "spare", "disputed",
)  # fmt: skip
SAYINGS = (
    "Who looks after this since the move?", "The window is on the second Sunday.", "Seen in the last audit too.",
    "The supplier answers by Friday.", "Not ours: it belongs to the lessor.", "Done on site, please scan again.",
)  # fmt: skip
KIND = "comment"


def make_talk(making: Making, users: list[User], things: list[Thing], scenarios: list[str]) -> None:
    """Make tags, comments and notices; what is talked of most is few."""
    assets = [f"{Asset.SUBJECT}:{thing.uid}" for thing in things]
    findings = [
        f"{Finding.SUBJECT}:{uid}" for uid in Finding.objects.order_by("-pk").values_list("uid", flat=True)[:500]
    ]
    _make_tags(making, users, things)
    _make_comments(making, users, [*assets, *scenarios, *findings])
    _make_notices(making, users, [*scenarios, *findings])


def _make_tags(making: Making, users: list[User], things: list[Thing]) -> None:
    chance, uids, first = making.chance("tags"), making.uids("tags"), next_id(Tag)
    tags = making.table(Tag, "id", "uid", "name", "folded")
    rows = [(first + place, next(uids), name, fold_tag(name)) for place, name in enumerate(TAGS)]
    making.write("tags", rows, tags.insert, models=[Tag])
    table = making.table(Tagging, "id", "tag_id", "kind", "of", "by_id", "at")
    pairs: dict[tuple[int, UUID], None] = {}
    for _ in range(making.size.taggings):
        pairs[first + int(len(TAGS) * chance.random() ** 2), chance.choice(things).uid] = None
    start = next_id(Tagging)
    taggings = [
        (start + place, tag, Asset.SUBJECT, uid, users[place % len(users)].pk, making.moment)
        for place, (tag, uid) in enumerate(pairs)
    ]
    making.write("tags on things", taggings, table.insert, models=[Tagging])


def _make_comments(making: Making, users: list[User], subjects: list[str]) -> None:
    chance, uids, first = making.chance("comments"), making.uids("comments"), next_id(Comment)
    table = making.table(Comment, "id", "uid", "on", "by_id", "text")
    follows = making.table(Follow, "id", "user_id", "subject")
    # The chief and the analysts may speak of everything.
    speakers = users[:1] + [user for user in users[1:] if user.grants.filter(role="analyst").exists()]
    rows = [
        (first + place, next(uids), chance.choice(subjects), chance.choice(speakers).pk, chance.choice(SAYINGS))
        for place in range(making.size.comments)
    ]
    making.write("comments", rows, table.insert, models=[Comment])
    followed: dict[tuple[Any, ...], None] = {(row[3], row[2]): None for row in rows}
    start = next_id(Follow)
    making.write(
        "who follows what", [(start + place, *pair) for place, pair in enumerate(followed)], follows.insert,
        models=[Follow],
    )  # fmt: skip


def _make_notices(making: Making, users: list[User], subjects: list[str]) -> None:
    chance, uids, first = making.chance("notices"), making.uids("notices"), next_id(Notice)
    table = making.table(Notice, "id", "uid", "user_id", "kind", "subject", "words", "at", "read_at")
    rows = []
    for place in range(making.size.notices):
        at = making.moment - timedelta(hours=chance.randrange(1, 4_000))
        read = min(at + timedelta(hours=chance.randrange(1, 200)), making.moment) if chance.random() < 0.8 else None
        user = chance.choice(users)
        words = f"{chance.choice(users).name} commented."
        rows.append((first + place, next(uids), user.pk, KIND, chance.choice(subjects), words, at, read))
    making.write("notices", rows, table.insert, models=[Notice])

"""What talk offers to the house at its start."""

from alcaide.common.files import offer_owner
from alcaide.common.models import Comment, Tag
from alcaide.common.registries import NavItem, offer_nav, offer_subject

from .queries import SEE_TAGS, comment_subject, may_read_file, tag_subject


def offer_talk() -> None:
    """Offer the tags' page, how comments and tags are named, and who reads attached files."""
    offer_nav(NavItem("House", "Tags", "tags", "tag", 930, SEE_TAGS))
    offer_subject(Comment.SUBJECT, "Comment", comment_subject)
    offer_subject(Tag.SUBJECT, "Tag", tag_subject)
    offer_owner("common.talk", may_read_file)

"""What people say of any subject: comments that mention others, attached files, tags. `{% talk row %}` shows it."""

from alcaide.common.histories import ToldPage, told_page

from .filters import Tagged
from .queries import SEE_TAGS, TALK
from .services import tag_rows

__all__ = ["SEE_TAGS", "TALK", "Tagged", "ToldPage", "tag_rows", "told_page"]

"""The WSGI door as `alcaide up` opens it: a web process that ends when its supervisor is killed."""

import signal

from alcaide.project.tied import end_with_parent

end_with_parent(signal.SIGKILL)

from alcaide.project.wsgi import application  # noqa: E402  loading takes a second, in which the parent may be killed

__all__ = ["application"]

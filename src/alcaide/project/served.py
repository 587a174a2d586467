"""The WSGI door as `alcaide up` opens it: a web process that ends when its supervisor is killed.

Everything is loaded before the gate; the application, which looks at the static files, is made behind it.
"""

import os
import signal
from importlib import import_module

from alcaide.project.gate import wait_until_open
from alcaide.project.tied import end_with_parent

end_with_parent(signal.SIGKILL)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alcaide.project.settings")

import django  # noqa: E402  loading takes a second, in which the parent may be killed

django.setup()

from django.conf import settings  # noqa: E402  as above

import_module(settings.ROOT_URLCONF)
wait_until_open()

from alcaide.project.wsgi import application  # noqa: E402  only now does it find all it looks for

__all__ = ["application"]

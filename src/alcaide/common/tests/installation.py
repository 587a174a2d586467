"""Gives each test run an installation of its own, before Django reads its settings.

Loaded by `-p` in pyproject.toml, since a conftest is read too late.
"""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="alcaide-tests-")
os.environ["ALCAIDE_HOME"] = _home
# The zone of the organizations that tests make, also for days that are worked out while modules are read.
os.environ["ALCAIDE_TIME_ZONE"] = "Europe/Madrid"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alcaide.project.settings")
atexit.register(shutil.rmtree, _home, ignore_errors=True)

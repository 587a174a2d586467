"""Gives each test run an installation of its own, before Django reads its settings.

Loaded by `-p` in pyproject.toml, since a conftest is read too late.
"""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="alcaide-tests-")
os.environ["ALCAIDE_HOME"] = _home
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alcaide.project.settings")
atexit.register(shutil.rmtree, _home, ignore_errors=True)

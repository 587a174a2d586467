"""The example organization: a food company with two plants, an office, a warehouse and 240 people.

Made by a seeded generator from the data files in `content/example`. Every figure on its pages comes from the engine.
"""

from .build import build

__all__ = ["build"]

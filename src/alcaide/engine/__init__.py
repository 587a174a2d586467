"""Pure arithmetic: arrays and frozen dataclasses in and out. No Django, no file, no clock."""

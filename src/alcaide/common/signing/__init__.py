"""Signing in: the log of the door, where people are signed in, and who must show a second factor."""

__all__: list[str] = []

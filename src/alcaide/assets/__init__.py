"""Everything worth protecting, where it stands, what it is worth, and what depends on what."""

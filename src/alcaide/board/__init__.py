"""Home, figures, packs, decisions: what the chief and the board read."""

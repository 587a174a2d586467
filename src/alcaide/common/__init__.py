"""The only shared room: what every duty stands on, and nothing of a duty."""

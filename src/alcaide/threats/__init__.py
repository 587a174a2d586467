"""What the world does: which flaws are exploited, and how likely each is to be."""

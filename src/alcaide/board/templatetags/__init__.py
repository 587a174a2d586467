"""Tags of the board’s pages."""

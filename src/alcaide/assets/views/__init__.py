"""Pages of assets and places."""

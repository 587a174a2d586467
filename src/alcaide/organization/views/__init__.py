"""Pages of the organization: units, people, roles, appetite."""

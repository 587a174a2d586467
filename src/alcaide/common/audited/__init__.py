"""What the mechanisms of the shared room tell the auditor of a period."""

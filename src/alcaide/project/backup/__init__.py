"""Backups: one encrypted file that holds a whole house, restored to either database, rehearsed aside."""

"""Content that ships with the house: data files, a source on each row."""

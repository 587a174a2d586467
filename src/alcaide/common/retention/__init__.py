"""How long each class of data is kept: proposed by the rooms with a source, adopted by people, run each night."""

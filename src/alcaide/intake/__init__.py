"""Pure readers: one module per foreign format, to plain records. No Django."""

"""Wrong answers as runnable code, one module per chapter: what the specs recognise, and must never let pass."""

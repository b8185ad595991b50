"""Reference implementations, one module per chapter. They import neither ``unrolled`` nor ``autograder``."""

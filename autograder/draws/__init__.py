"""What the cases of each chapter are drawn from: one module per chapter, one generator per question or family."""

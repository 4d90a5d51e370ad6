"""What a flash is and what may happen to it: pure, without I/O, clock or framework."""

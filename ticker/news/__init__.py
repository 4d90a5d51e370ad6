"""Domain model: what a flash is and what may happen to it; pure, without I/O or framework.

Whatever depends on time is handed it: nothing reads the clock but `document.utcnow`, which callers
of this package hand on.
"""

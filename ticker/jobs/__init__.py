"""Background jobs, for as long as the process lives: relay, schedule, feeds. Supervised."""

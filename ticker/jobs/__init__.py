"""What runs beside requests for as long as the process lives: relay, schedules, meters."""

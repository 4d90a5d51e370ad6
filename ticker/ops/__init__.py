"""How the service runs as processes: the server, the embedded store, logs, benchmarks."""

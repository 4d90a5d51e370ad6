"""The subcommands of `ticker`, but for `bench`: each does one thing to a service or its store."""

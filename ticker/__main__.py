"""`python -m ticker` is the `ticker` command."""

from ticker.cli import main

raise SystemExit(main())

"""The readers of this process: boards, groups, fan-out, backpressure. Knows no store."""

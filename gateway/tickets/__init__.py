"""People waiting: lines, counters, numbers, calls, and the hall-day they belong to."""

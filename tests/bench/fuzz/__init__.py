"""``make bench-fuzz`` (S2): a million strange inputs for every parser that reads what others have written."""

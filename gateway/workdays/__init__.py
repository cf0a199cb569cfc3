"""Working days: how long somebody has who promised an answer in three of them."""

"""The wire between the hall and the centre: what is said, when it is said again, and what counts as delivered."""

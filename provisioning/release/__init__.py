"""A release: everything a hall installs, in one signed file that needs no network."""

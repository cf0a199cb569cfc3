"""The card of a hall: what is put upon an official image before a Pi starts from it."""

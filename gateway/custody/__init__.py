"""People's rights over what the hall knows of them, at the counter: to see it, to have it corrected, a copy, and to have it erased; and who did what."""

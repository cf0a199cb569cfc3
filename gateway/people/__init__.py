"""Officers of the hall: their PINs and their sessions."""

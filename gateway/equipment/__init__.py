"""The hall's devices as a technician meets them: how each is, what it does today, what it has been through; trying, replacing, pairing."""

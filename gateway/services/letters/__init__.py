"""Letters: numbered by the village's register, filled from a template that it may change, signed, and provable anywhere."""

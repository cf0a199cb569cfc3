"""What can be plugged into a hall: one file per kind of device, behind small protocols, listed in ``catalog``."""

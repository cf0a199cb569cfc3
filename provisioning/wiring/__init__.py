"""How the devices of a hall are wired: read from ``firmware_config/wiring``, drawn and tabled for docs/."""

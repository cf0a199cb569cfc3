"""The whole hall on a laptop: a regency of its own, and devices that one can see on the page ``/sim``."""

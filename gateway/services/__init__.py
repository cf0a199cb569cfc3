"""What a village does for its people besides the queue: the catalogue of services, as data."""

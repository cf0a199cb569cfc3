"""The one door to any MQTT broker."""

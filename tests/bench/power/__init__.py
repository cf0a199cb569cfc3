"""R1, every power cut: record a real morning, rebuild what a cut card could hold, and start the hall from each."""

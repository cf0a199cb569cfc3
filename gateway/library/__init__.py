"""The reading corner: files and whole encyclopaedias on the Pi, for phones that have no internet."""

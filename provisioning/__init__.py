"""What prepares halls and receives what they send."""

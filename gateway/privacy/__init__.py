"""What is personal is never written as it is: sealing, who holds which key, erasure, and a record of who did what."""

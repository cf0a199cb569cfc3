"""What the hall tells everybody: announcements as running text and slides on the board."""

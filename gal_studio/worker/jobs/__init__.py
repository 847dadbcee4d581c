"""What each kind of job does. Each is one file."""

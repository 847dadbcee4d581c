"""Access control: the gate, credentials and origins."""

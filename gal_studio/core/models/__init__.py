"""What is said about models: their names, what was found out about them, and LoRAs that come and go."""

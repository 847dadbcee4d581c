"""Judge LoRAs that were trained elsewhere: how strong each draws best, and what it copies."""

"""Files about finished rounds: contact sheets, tables, and what was measured as plain data."""

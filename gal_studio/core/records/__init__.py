"""What is stored and shown: one file for each family, from the row to what the page sees."""

"""LoRAs as files of other programs: their names and forms, and the stock pipeline that draws with them."""

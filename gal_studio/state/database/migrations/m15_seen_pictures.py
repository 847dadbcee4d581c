"""Version 15: how the autoencoder of a base model gives a picture back, asked for when it is uploaded."""

STATEMENTS = """
CREATE TABLE seen_pictures (
    image TEXT NOT NULL,
    base_model TEXT NOT NULL,
    edition TEXT NOT NULL,
    seen_image TEXT,
    psnr REAL,
    detail REAL,
    weakest REAL,
    trouble TEXT NOT NULL DEFAULT '',
    asked REAL NOT NULL,
    taken REAL,
    answered REAL,
    PRIMARY KEY (image, base_model)
)
"""

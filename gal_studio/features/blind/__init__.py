"""Compare blind: a person chooses between images of two rounds or schedules without seeing which is which."""

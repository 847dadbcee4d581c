"""What is done to a whole workspace: check it, repair it, delete from it."""

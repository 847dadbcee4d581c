"""What a command does with a project's jobs: run them, decide between rounds, write the results."""

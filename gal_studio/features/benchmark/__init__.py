"""The benchmark: a project's fixed test set, and jobs that measure rounds on it."""

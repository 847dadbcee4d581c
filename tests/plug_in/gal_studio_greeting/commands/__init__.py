AFTER = "jobs"

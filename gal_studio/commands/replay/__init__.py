"""`gal-studio replay`: draw a project again under a policy or with the person's recorded decisions."""

"""Judging pictures patch by patch in a job: the judge, its maps and the subjects' foregrounds."""

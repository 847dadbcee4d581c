"""What researchers use beside the studio: published evaluations, grids, their figures, replays by command.

Nothing else imports it; the command line finds its commands by name.
"""

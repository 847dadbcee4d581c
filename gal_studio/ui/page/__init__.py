"""The page itself: static files, first paint, headers and the sign-in form."""

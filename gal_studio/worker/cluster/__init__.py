"""Draw on several devices or machines through Ray: the worker hands out chunks and stores what comes back."""

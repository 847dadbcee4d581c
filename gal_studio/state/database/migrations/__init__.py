"""The schema's history, one file a version; a file is never edited once it has been released."""

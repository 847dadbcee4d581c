"""What is trained or asked beside a project, each a feature as in `gal_studio.features`."""

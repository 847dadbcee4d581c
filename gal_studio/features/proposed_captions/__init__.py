"""Proposed captions: a vision-language model says what each image shows, and a person decides."""

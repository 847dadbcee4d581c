"""What the page says of a project, in sentences: one file for each thing that is spoken of.

Here lies what turns views, or findings of the core, into text; it reads no store and decides nothing. Words
that a kind defines (a policy, a variant, a job, a feature) lie with that kind.
"""

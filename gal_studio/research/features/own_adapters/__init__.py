"""PatchDPO as published: an image adapter is refined on pictures of many objects, for every project."""

"""The Hugging Face hub: what a repository holds, what is on this computer, and downloads that resume."""

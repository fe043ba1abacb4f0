"""Counting: pure, exact, weighted; one file for each method, none of which knows Django, files or people."""

"""Starts and ends the processes Kilderkin needs on one machine. Imports no Django."""

"""Rendered plates, training and export of the shipped models; never at run time."""

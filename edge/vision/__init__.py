"""Frames in, plate reads out: capture, detect, track, read, vote."""

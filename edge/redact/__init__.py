"""What must not be seen is covered: a picture or clip in, a redacted copy out, the original untouched."""

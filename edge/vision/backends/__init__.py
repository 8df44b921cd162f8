"""The runtimes that a network can run on, one file each; `choice` imports the one that the config names."""

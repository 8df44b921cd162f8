"""A model of ArduCopter as seen over MAVLink: its modes, parameters, arming, failsafes, missions and messages."""

"""Orders in, MAVLink out, telemetry back: the aircraft, its dock and the rules that hold."""

"""The control room, inbound: the stream of events becomes rows, hits and incidents; receipts go back."""

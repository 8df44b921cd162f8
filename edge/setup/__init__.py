"""What a box needs once, before it runs: networks fetched by name, version and hash, and converted to ONNX."""

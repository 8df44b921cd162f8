"""The world that is not real: town, cameras, docks and aircraft over the true protocols; tests and demo only."""

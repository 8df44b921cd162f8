"""The database: the only SQL of the project, one file a subject. Every function takes an open connection."""

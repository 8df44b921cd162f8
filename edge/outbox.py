"""What the box has seen and the database has not: SQLite shared by the box's processes, WAL and FULL (SAFETY.md D2)."""

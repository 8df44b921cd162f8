"""One box at the roadside or in a drone dock: sights and flights go out as events; orders come in."""

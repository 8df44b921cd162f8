"""The control room, outward: people see incidents and launch aircraft."""

"""Pure: the axis of a panel, a lane as runs of minutes."""

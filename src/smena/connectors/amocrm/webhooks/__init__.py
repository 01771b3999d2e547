"""What amoCRM tells of its own accord: received, kept, understood."""

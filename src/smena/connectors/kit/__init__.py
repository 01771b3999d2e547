"""What every connector needs, whatever it connects to."""

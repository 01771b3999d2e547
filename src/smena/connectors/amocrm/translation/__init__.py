"""Pure: amoCRM's words become ours."""

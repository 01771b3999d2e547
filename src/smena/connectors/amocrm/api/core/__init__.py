"""Pure: the shapes of amoCRM's API, its forms, lists and addresses."""

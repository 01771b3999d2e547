"""The kit of every page: base templates, styles, custom elements, forms, errors, live streams."""

"""Reference data: the account, people, roles, pipelines, custom fields, catalogs."""

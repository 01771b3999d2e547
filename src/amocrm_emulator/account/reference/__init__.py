"""Reference data of the account: people, roles, pipelines, custom fields, tags."""

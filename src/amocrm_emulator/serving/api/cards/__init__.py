"""Cards, and what is kept on them: tags, links, notes, calls, tasks."""

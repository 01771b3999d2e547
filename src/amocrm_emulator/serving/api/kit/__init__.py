"""What the addresses of the API share: answers, bodies, pages of lists, limits, rights."""

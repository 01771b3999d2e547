"""The words and the rules of tokens: pure."""

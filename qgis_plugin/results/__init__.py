"""What a run leaves in the project: a group of layers, how they look, and what can be done with them."""

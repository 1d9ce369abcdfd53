"""How far an area is from what a model was trained on."""

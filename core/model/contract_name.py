"""The file by which a folder is known as a model; by itself, so that what only looks for models loads no arrays."""

CONTRACT_NAME = "landcast.json"

"""Training pairs from any two layers: two images of one place on exactly the same pixels.

dates      when an image was taken
grid       the pixels that both images get, in true metres
mask       the polygons that are wanted, on those pixels
file       one image as a GeoTIFF that was read back
exporting  both images, or nothing
"""

"""From a present image to a future one: lattice, noise, sampler, blending, upscaling, composition."""

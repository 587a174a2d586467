"""Rights: which rule each page stands behind, and who could do what where on a day."""

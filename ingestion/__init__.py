"""From bytes to blocks, tree, passages and the index."""

"""Who is right: finding the final answer in what a model said, and judging it by rule."""

"""Everything Layerloom does without a window: designs, compiling, data, training, explaining."""

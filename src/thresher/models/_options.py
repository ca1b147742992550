"""Options that several models have."""

from thresher.declarations import Option

UNITS = Option(int, 20, "units", minimum=1, maximum=4096, help="Units of the layer.")
DROPOUT = Option(
    float, 0.0, minimum=0, below=1, help="Share of a layer's inputs left out while training."
)
RECURRENT_DROPOUT = Option(
    float, 0.0, minimum=0, below=1, help="Share of the recurrent state left out while training."
)

"""What the engine can't serve."""


class TrainingError(ValueError):
    """A model, an optimizer or a setting that can't be trained by lanes; says why and what else."""

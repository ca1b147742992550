"""What a wheel carries besides the package: the files that thresher.project.root() finds there."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PARTS = ("Snakefile", "workflow", "scripts", "config", "profiles")


class CarryWorkflow(BuildHookInterface):
    """Put the workflow's files into a wheel; an editable installation uses the clone's own."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to a build of that version, "standard" or "editable"."""
        if version != "editable":
            carried = {part: f"thresher/_project/{part}" for part in PARTS}
            build_data["force_include"].update(carried)

"""Keep what the analysis was to be before training began (rule plan)."""

from pathlib import Path

from thresher.logs import logged
from thresher.study import load
from thresher.study.fixing import fix

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        # Not by params: then a change would write it anew, and that is what it is to show.
        study = load(snakemake.config["study"], Path(snakemake.scriptdir).parent)
        output = Path(snakemake.output[0])
        fix(study, output.parent / "traces", output)

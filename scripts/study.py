"""Write the checked study, with what its logs hold (rule study)."""

from thresher.files import write_text
from thresher.logs import logged
from thresher.study.document import parse_document, read_facts
from thresher.study.imported import complete

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        study = parse_document(snakemake.params.document)
        for imported in snakemake.input:
            study = complete(study, read_facts(imported))
        write_text(study.document(), snakemake.output[0])

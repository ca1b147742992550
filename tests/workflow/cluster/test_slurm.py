def test_it_starts(slurm):
    print(slurm.ask("srun", "hostname"))
    print(slurm.ask("sacct"))
    assert 0

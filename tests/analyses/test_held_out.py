"""What is said of the luck of held-out sets."""

import made_up
from thresher.analyses import held_out
from thresher.study import plan


def test_larger_held_out_sets_are_asked_for_by_the_key_that_sets_their_size(monkeypatch):
    monkeypatch.setattr(held_out, "MUCH", -1.0)
    for task, key in (
        (plan.Task("cumulative_sum", {"timesteps": 10}, None), "training.evaluation_size"),
        (plan.Task("digits", {"held_out": 0.2, "split": "per_seed"}, None), "task.held_out"),
    ):
        results = made_up.results(arms=2, seeds=8, budget=400, task=task)
        said = " ".join(text for _, text in held_out.notes(results))
        assert f"larger held-out sets ({key}) would narrow" in said
